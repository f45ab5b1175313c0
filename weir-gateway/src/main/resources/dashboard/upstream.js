// One upstream: the last hour, its connections and sessions, and what can be done with it.

import { history, look } from './api.js';
import { UPSTREAM, ask } from './actions.js';
import { chart, recent } from './charts.js';
import { el, facts, say, sessions, table } from './dom.js';
import { ago, bytes, count, percent, plural, rate, span } from './format.js';
import { bar, status } from './overview.js';
import { clientSessions } from './session.js';

const CLOSING = { closed: 'closing', broken: 'broken, closing' };

const CONNECTIONS = [
  { title: 'Socket', text: (each) => '#' + each.id },
  { title: 'State', text: (each) => CLOSING[each.state] ?? each.state },
  { title: 'Age', number: true, text: (each) => ago(each.created, each.now) },
  { title: 'Uses', number: true, text: (each) => count(each.uses) },
  { title: 'Failures', number: true, text: (each) => count(each.failures) },
  { title: 'Leased for', number: true, text: (each) => ago(each.leasedSince, each.now) },
  { title: 'By session', node: (each, old) => sessions(each.session ? [each.session] : [], old) },
];

const PROCESSES = [
  { title: 'Upstream session', text: (each) => each.what },
  { title: 'Age', number: true, text: (each) => span(each.age) },
  { title: 'In use for', number: true, text: (each) => span(each.inUse) },
  { title: 'Requests', number: true, text: (each) => count(each.requests) },
  { title: 'In flight', number: true, text: (each) => count(each.requestsInFlight) },
  { title: 'For session', node: (each, old) => sessions(each.sessions, old) },
];

const ENDPOINTS = [
  { title: 'Endpoint', text: (each) => each.place },
  { title: 'State', text: (each) => each.state },
  { title: 'Sessions', number: true, text: (each) => count(each.sessions) },
  { title: 'In flight', number: true, text: (each) => count(each.requestsInFlight) },
];

/** A pool of sockets: its numbers, and its connections. */
function pool() {
  const title = el('h3');
  const numbers = el('p', { className: 'more' });
  const why = el('p', { className: 'more' });
  const connections = table('Sockets', CONNECTIONS, (each) => each.id, 'No socket is open.');
  const waiting = table('In line', [
    { title: 'Session', node: (each, old) => sessions(each.session ? [each.session] : [], old) },
    { title: 'Waits for', number: true, text: (each) => span(each.waited) },
  ], (each) => each.place, '');
  const element = el('section', {}, title, numbers, why, connections.element, waiting.element);
  function update(now, view) {
    say(title, view.origin);
    say(numbers, `${view.min} to ${view.max} sockets, ${plural(view.waiting, 'caller')} in line, `
      + `${percent(view.reuse)} of leases reused one, acquire p99 ${span(view.acquireP99)}, breaker ${view.breakerOpen ? 'open' : 'closed'}`);
    say(why, view.lastFailedOpen ? `Last open failed ${view.lastFailedOpen}` : '');
    connections.update(view.connections.map((each) => ({ ...each, now })));
    waiting.element.hidden = view.waiters.length === 0;
    waiting.update(view.waiters.map((each, place) => ({ ...each, place })));
  }
  return { element, update };
}

export function upstream(name, who, refresh) {
  const sign = el('span');
  const use = el('div');
  const reasons = el('ul', { className: 'reasons' });
  const buttons = el('div', { className: 'buttons', role: 'group', 'aria-label': 'Actions' });
  const known = facts();
  const charts = [
    chart('Connections', [{ label: 'in use', of: 'inUse' }, { label: 'idle', of: 'idle' }, { label: 'waiting', of: 'waiting' }], count, true),
    chart('Calls a second', [{ label: 'all', of: 'rate' }, { label: 'failed', of: 'failed' }], rate),
    chart('Time to answer', [{ label: 'p50', of: 'p50' }, { label: 'p95', of: 'p95' }, { label: 'p99', of: 'p99' }], span),
    chart('Client sessions', [{ label: 'open', of: 'sessions' }], count, true),
  ];
  const pools = el('div');
  const poolsByOrigin = new Map();
  const endpoints = table('Endpoints', ENDPOINTS, (each) => each.place, '');
  const processes = table('Upstream sessions', PROCESSES, (each) => each.place, 'No upstream session is open.');
  const clients = clientSessions();
  const past = recent((since) => history(name, since));
  const element = el('div', {},
    el('h1', {}, name, ' ', sign), use, reasons, buttons, known.element,
    el('h2', {}, 'The last hour'),
    el('div', { className: 'charts' }, ...charts.map((each) => each.element)),
    el('h2', {}, 'Connections'), pools, endpoints.element, processes.element,
    el('h2', {}, 'Clients'), clients.element);
  let view = null;

  function showButtons() {
    const wanted = who.operates ? view.actions : [];
    if (buttons.dataset.actions !== wanted.join()) {
      buttons.dataset.actions = wanted.join();
      buttons.replaceChildren(...wanted.map((action) => el('button', {
        type: 'button',
        onclick: () => ask(UPSTREAM[action], name, ['upstreams', name, action], view, refresh),
      }, UPSTREAM[action].title)));
    }
  }

  function showFacts() {
    known.set('Wire', view.transport);
    known.set('State', view.state);
    known.set('Isolation', view.isolation.effective + (view.isolation.effective === view.isolation.configured ? '' : `, configured ${view.isolation.configured}`));
    known.set('Standby', count(view.ready) + (view.sizes.standby ? ` ready (${view.sizes.standby.min} to ${view.sizes.standby.max})` : ''));
    known.set('Processes', count(view.use.processes) + (view.use.memory > 0 ? `, ${bytes(view.use.memory)}` : ''));
    known.set('Sockets', `${count(view.use.sockets)}, ${plural(view.use.streams, 'stream')} among them`);
    known.set('Parked', count(view.use.parked));
    known.set('Breakers', view.breakers > 0 ? `${view.breakers} open` : 'closed');
    known.set('Last failure', view.lastFailure ? `${ago(view.lastFailure.at, view.at)} ago: ${view.lastFailure.message}` : 'none');
  }

  async function update() {
    const [seen, kept] = await Promise.all([look('upstreams', name), past()]);
    view = seen;
    const told = status(view.status, sign.firstElementChild);
    if (told !== sign.firstElementChild) {
      sign.replaceChildren(told);
    }
    const shown = bar(view.connections, use.firstElementChild);
    if (shown !== use.firstElementChild) {
      use.replaceChildren(shown);
    }
    if (reasons.dataset.said !== view.reasons.join('\n')) {
      reasons.dataset.said = view.reasons.join('\n');
      reasons.replaceChildren(...view.reasons.map((reason) => el('li', {}, reason)));
    }
    showButtons();
    showFacts();
    charts.forEach((each) => each.update(kept));
    for (const each of view.pools) {
      let shownPool = poolsByOrigin.get(each.origin);
      if (!shownPool) {
        shownPool = pool();
        poolsByOrigin.set(each.origin, shownPool);
        pools.append(shownPool.element);
      }
      shownPool.update(view.at, each);
    }
    for (const [origin, shownPool] of poolsByOrigin) {
      if (!view.pools.some((each) => each.origin === origin)) {
        shownPool.element.remove();
        poolsByOrigin.delete(origin);
      }
    }
    endpoints.element.hidden = view.endpoints.length < 2;
    endpoints.update(view.endpoints);
    processes.update(view.upstreamSessions.map((each, place) => ({ ...each, place })));
    clients.update(view);
  }

  return { title: name, element, update, close: () => charts.forEach((each) => each.close()) };
}
