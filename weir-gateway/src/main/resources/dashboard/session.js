// Client sessions, all and one.

import { look } from './api.js';
import { END, ask } from './actions.js';
import { el, facts, link, sessions, table } from './dom.js';
import { ago, count, plural, span } from './format.js';

/** A table of client sessions, fed with a view that has them. */
export function clientSessions() {
  const more = el('p', { className: 'more' });
  const rows = table('Client sessions', [
    { title: 'Session', node: (each, old) => link(old, each.name, 'sessions', each.name) },
    { title: 'Identity', text: (each) => each.identity },
    { title: 'Route', text: (each) => each.route },
    { title: 'Age', number: true, text: (each) => ago(each.created, each.now) },
    { title: 'Idle', number: true, text: (each) => span(each.idle) },
    { title: 'In flight', number: true, text: (each) => count(each.requestsInFlight) },
    { title: 'Protocol', text: (each) => each.protocolVersion ?? '–' },
  ], (each) => each.name, 'No client session is open.');
  const element = el('div', {}, rows.element, more);
  function update(view) {
    rows.update(view.clientSessions.map((each) => ({ ...each, now: view.at })));
    more.textContent = view.moreClientSessions > 0
      ? `and ${plural(view.moreClientSessions, 'session')} more, which are older` : '';
  }
  return { element, update };
}

/** The page of all. */
export function all() {
  const list = clientSessions();
  const element = el('div', {}, el('h1', {}, 'Sessions'), list.element);
  return { title: 'Sessions', element, update: async () => list.update(await look('sessions')), close() {} };
}

/** The page of one. */
export function session(name, who, refresh) {
  const known = facts();
  const calls = table('Calls in flight', [
    { title: 'Method', text: (each) => each.method },
    { title: 'For', number: true, text: (each) => span(each.age) },
  ], (each) => each.place, 'No call is in flight.');
  const behind = table('Upstream sessions', [
    { title: 'Upstream', node: (each, old) => link(old, each.upstream, 'upstreams', each.upstream) },
    { title: 'What', text: (each) => each.what },
    { title: 'Age', number: true, text: (each) => span(each.age) },
    { title: 'Requests', number: true, text: (each) => count(each.requests) },
    { title: 'Shared with', node: (each, old) => sessions(each.sessions.filter((other) => other !== name), old) },
  ], (each) => each.place, 'Nothing stands behind it.');
  const end = el('button', {
    type: 'button', hidden: !who.operates,
    onclick: () => ask(END, name, ['sessions', name, 'end'], null, refresh),
  }, END.title);
  const element = el('div', {},
    el('h1', {}, 'Session ', name), el('div', { className: 'buttons' }, end), known.element,
    calls.element, behind.element);

  async function update() {
    const view = await look('sessions', name);
    known.set('Identity', view.identity);
    known.set('Route', view.route);
    known.set('Protocol', view.protocolVersion ?? '–');
    known.set('Open for', ago(view.created, view.at));
    known.set('Idle for', span(view.idle));
    known.set('Stream', view.listens ? 'open' : 'none');
    known.set('Messages dropped', count(view.droppedMessages));
    calls.update(view.calls.map((each, place) => ({ ...each, place })));
    behind.update(view.upstreams.flatMap((up) => (up.upstreamSessions.length > 0
      ? up.upstreamSessions
      : [{ what: `${up.transport}, nothing open now`, age: null, requests: 0, sessions: [] }])
      .map((each, place) => ({ ...each, upstream: up.name, place: up.name + place }))));
  }

  return { title: 'Session ' + name, element, update, close() {} };
}
