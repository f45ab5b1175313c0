// All upstreams at a glance.

import { look } from './api.js';
import { el, link, say, table } from './dom.js';
import { ago, bytes, count, percent, rate, span } from './format.js';

const SIGNS = { ok: '●', warning: '▲', down: '✕' };

/** How something is: a sign, a word, and a colour. */
export function status(word, old) {
  const made = old?.classList.contains('status') ? old : el('span', {}, el('span', { 'aria-hidden': 'true' }), el('span'));
  made.className = 'status ' + word;
  say(made.children[0], SIGNS[word] ?? '○');
  say(made.children[1], ' ' + word);
  return made;
}

/** In use, idle and free as one bar, and as words. */
export function bar(connections, old) {
  const { inUse, idle, max } = connections;
  const made = old ?? el('div', { className: 'use' },
    el('span', { className: 'bar', 'aria-hidden': 'true' }, el('span', { className: 'in-use' }), el('span', { className: 'idle' }), el('span')),
    el('span', { className: 'words' }));
  const [used, ready, rest] = made.children[0].children;
  const all = Math.max(max, inUse + idle, 1);
  used.style.flexGrow = inUse / all;
  ready.style.flexGrow = idle / all;
  rest.style.flexGrow = Math.max(0, all - inUse - idle) / all;
  say(made.children[1], `${count(inUse)} in use · ${count(idle)} idle` + (max > 0 ? ` · max ${count(max)}` : ''));
  return made;
}

const COLUMNS = [
  { title: 'Upstream', node: (up, old) => link(old, up.name, 'upstreams', up.name) },
  { title: 'Status', node: (up, old) => status(up.status, old) },
  { title: 'Wire', text: (up) => up.transport + (up.state === 'served' ? '' : ', ' + up.state) },
  { title: 'Connections', node: (up, old) => bar(up.connections, old) },
  { title: 'Waiting', number: true, text: (up) => count(up.connections.waiting), about: 'callers in line for a connection' },
  { title: 'Sessions', number: true, text: (up) => count(up.sessions), about: 'client sessions on it' },
  { title: 'Standby', number: true, text: (up) => count(up.ready), about: 'ready before a client comes' },
  { title: 'Calls/s', number: true, text: (up) => rate(up.lastMinute.rate), about: 'in the last minute' },
  { title: 'p99', number: true, text: (up) => span(up.lastMinute.p99), about: 'in the last minute' },
  { title: 'Breaker', text: (up) => (up.breakers > 0 ? `open (${up.breakers})` : 'closed') },
];

function gauge(title) {
  const meter = el('meter', { min: 0, max: 1, low: 0.8, high: 0.9, optimum: 0 });
  const value = el('strong');
  const more = el('span', { className: 'more' });
  meter.setAttribute('aria-label', title);
  const element = el('div', { className: 'card' }, el('h3', {}, title), value, more, meter);
  function set(main, rest, part) {
    say(value, main);
    say(more, rest);
    meter.hidden = part === null;
    if (part !== null) {
      meter.value = part;
    }
  }
  return { element, set };
}

export function overview() {
  const cards = {
    sessions: gauge('Client sessions'),
    calls: gauge('Calls in flight'),
    connections: gauge('Connections'),
    descriptors: gauge('File descriptors'),
    memory: gauge('Memory'),
    heap: gauge('Heap'),
  };
  const problems = el('ul');
  const attention = el('section', { className: 'attention', hidden: true }, el('h2', {}, 'To be seen to'), problems);
  const upstreams = table('Upstreams', COLUMNS, (up) => up.name, 'There is no upstream.');
  const since = el('p', { className: 'more' });
  upstreams.element.classList.add('titled');
  const element = el('div', {},
    el('h1', {}, 'Upstreams'), since, attention,
    el('div', { className: 'cards' }, ...Object.values(cards).map((card) => card.element)),
    upstreams.element);

  function machine(card, use, text) {
    if (use?.limit > 0) {
      card.set(percent(use.used / use.limit), `${text(use.used)} of ${text(use.limit)}`, use.used / use.limit);
    } else {
      card.set('–', 'unknown', null);
    }
  }

  async function update() {
    const view = await look('overview');
    say(since, `${view.state}, for ${ago(view.started, view.at)}`);
    cards.sessions.set(count(view.sessions.open), `of ${count(view.sessions.max)}`, view.sessions.open / Math.max(1, view.sessions.max));
    cards.calls.set(count(view.requestsInFlight), 'over all sessions', null);
    const { used, unpooled } = view.ledger.connections;
    cards.connections.set(count(used), `${count(unpooled)} without pools`, null);
    const limits = view.ledger.machine;
    machine(cards.descriptors, limits.descriptors, count);
    machine(cards.memory, limits.memory, bytes);
    machine(cards.heap, limits.heap, bytes);
    const reasons = [
      ...(view.scarce ? [view.scarce] : []),
      ...view.upstreams.flatMap((up) => up.reasons.map((reason) => `${up.name}: ${reason}`)),
    ];
    if (problems.dataset.said !== reasons.join('\n')) {
      problems.dataset.said = reasons.join('\n');
      problems.replaceChildren(...reasons.map((reason) => el('li', {}, reason)));
    }
    attention.hidden = reasons.length === 0;
    upstreams.update(view.upstreams);
  }

  return { title: 'Upstreams', element, update, close() {} };
}
