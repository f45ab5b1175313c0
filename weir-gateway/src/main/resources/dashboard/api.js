// Speaks with the gateway. The token is in the storage of this tab, which other origins, other ports
// of this host among them, cannot read; a cookie would be sent to every port of the host.

const KEPT = 'weir-token';
let page = '';

/** The gateway said no; `status` as HTTP has it, 0 where nothing answers. */
export class Refused extends Error {
  constructor(status, message) {
    super(message);
    this.status = status;
  }
}

export function keepToken(token) {
  if (token) {
    sessionStorage.setItem(KEPT, token);
  } else {
    sessionStorage.removeItem(KEPT);
  }
}

export function hasToken() {
  return sessionStorage.getItem(KEPT) !== null;
}

async function call(method, path, body) {
  const headers = {};
  const token = sessionStorage.getItem(KEPT);
  if (token) {
    headers.Authorization = 'Bearer ' + token;
  }
  if (method === 'POST') {
    headers['X-Weir-Page'] = page;
    headers['Content-Type'] = 'application/json';
  }
  let answer;
  try {
    answer = await fetch('/admin/api/' + path, {
      method, headers, body, credentials: 'omit', signal: AbortSignal.timeout(15000),
    });
  } catch {
    throw new Refused(0, 'the gateway does not answer');
  }
  const told = await answer.json().catch(() => ({ error: 'HTTP ' + answer.status }));
  if (!answer.ok) {
    throw new Refused(answer.status, told.error ?? 'HTTP ' + answer.status);
  }
  return told;
}

/** Who this is, and what this may do. */
export async function me() {
  const told = await call('GET', 'me');
  page = told.page;
  return told;
}

const path = (parts) => parts.map(encodeURIComponent).join('/');

export const look = (...parts) => call('GET', path(parts));

export const history = (upstream, since) => call('GET', path(['upstreams', upstream, 'history']) + '?since=' + since);

export const act = (parts, body) => call('POST', path(parts), JSON.stringify(body ?? {}));
