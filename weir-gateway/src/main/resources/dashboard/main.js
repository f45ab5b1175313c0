// Which page is shown, and when it is looked at again. One request after the other, and none while
// nobody sees the page.

import { hasToken, keepToken, me } from './api.js';
import { el, say } from './dom.js';
import { overview } from './overview.js';
import { all, session } from './session.js';
import { upstream } from './upstream.js';

const EVERY = 2000;
const content = document.getElementById('content');
const state = document.getElementById('state');
const signOut = document.getElementById('sign-out');
const pages = document.getElementById('pages');

let who = null;
let page = null;
let timer = 0;
let busy = false;
let again = false;

function show(next) {
  page?.close();
  page = next;
  document.title = `${next.title} – Weir`;
  content.replaceChildren(next.element);
  for (const each of pages.children) {
    const here = location.hash === each.getAttribute('href') || (location.hash === '' && each.getAttribute('href') === '#/');
    if (here) {
      each.setAttribute('aria-current', 'page');
    } else {
      each.removeAttribute('aria-current');
    }
  }
}

function pageOf(hash) {
  const [kind, name] = hash.replace(/^#\//, '').split('/').map(decodeURIComponent);
  if (kind === 'upstreams' && name) {
    return upstream(name, who, refresh);
  }
  if (kind === 'sessions') {
    return name ? session(name, who, refresh) : all();
  }
  return overview();
}

async function refresh() {
  if (busy) {
    again = true; // what is under way may have been asked before what has just been done
    return;
  }
  clearTimeout(timer);
  busy = true;
  const shown = page;
  try {
    await shown.update();
    say(state, 'live');
    state.className = 'live';
  } catch (refused) {
    failed(refused, shown);
  } finally {
    busy = false;
  }
  if (again) {
    again = false;
    refresh();
  } else if (who) {
    timer = setTimeout(() => (document.hidden ? null : refresh()), EVERY);
  }
}

function failed(refused, shown) {
  if (refused.status === 401 || refused.status === 403) {
    login(refused.status === 401 && !hasToken() ? '' : refused.message);
  } else if (refused.status === 404 && shown === page) {
    say(state, 'gone');
    content.querySelector('.gone')?.remove();
    content.prepend(el('p', { className: 'error gone', role: 'alert' }, refused.message));
  } else if (refused.status === undefined) {
    throw refused;
  } else {
    say(state, refused.message);
    state.className = 'lost';
  }
}

function go() {
  if (!who) {
    return;
  }
  document.getElementById('dialog').close(); // it was about what is left now
  show(pageOf(location.hash));
  refresh();
  content.focus({ preventScroll: true });
}

function login(message) {
  who = null;
  keepToken(null);
  clearTimeout(timer);
  signOut.hidden = true;
  pages.hidden = true;
  say(document.getElementById('who'), '');
  say(state, '');
  const error = el('p', { className: 'error', role: 'alert' }, message);
  const input = el('input', {
    type: 'password', id: 'token', autocomplete: 'off', required: true, spellcheck: false,
  });
  const form = el('form', { className: 'login' },
    el('h1', {}, 'Sign in'),
    el('label', { for: 'token' }, 'Token'), input,
    el('p', { className: 'more' }, 'Of a role with admin: view or operate. It stays in this tab.'),
    error, el('button', { type: 'submit', className: 'primary' }, 'Sign in'));
  form.addEventListener('submit', (event) => {
    event.preventDefault();
    keepToken(input.value.trim());
    enter();
  });
  show({ title: 'Sign in', element: form, update: async () => {}, close() {} });
  input.focus();
}

async function enter() {
  try {
    who = await me();
  } catch (refused) {
    if (refused.status === 0 && !page) {
      say(state, refused.message);
      setTimeout(enter, EVERY);
    } else {
      login(refused.status === 401 && !hasToken() ? '' : refused.message);
    }
    return;
  }
  say(document.getElementById('who'), `${who.name}, may ${who.operates ? 'operate' : 'view'}`);
  signOut.hidden = !hasToken();
  pages.hidden = false;
  go();
}

document.querySelector('.skip').addEventListener('click', (event) => {
  event.preventDefault(); // the hash says which page it is
  content.focus();
});
signOut.addEventListener('click', () => login(''));
addEventListener('hashchange', () => {
  say(document.getElementById('news'), '');
  go();
});
document.addEventListener('visibilitychange', () => (document.hidden || !who ? null : refresh()));
enter();
