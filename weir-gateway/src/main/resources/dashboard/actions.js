// What can be done, asked back before it is.

import { act } from './api.js';
import { el, say } from './dom.js';

const UNTIL = 'It lasts until the gateway is restarted or a reload changes this upstream; the configuration stays as it is.';

/** The actions on an upstream: title, what it does, and what has to be said with it. */
export const UPSTREAM = {
  drain: {
    title: 'Drain',
    about: 'It takes nobody new: new sessions and requests without a session are refused. Who is on it goes on. What was ready for more is ended. ' + UNTIL,
  },
  resume: { title: 'Resume', about: 'It takes clients again.' },
  recycle: {
    title: 'Recycle',
    about: 'Idle sockets and ready processes are replaced now, leased sockets when they are given back. No call is cut off, and no session ends.',
  },
  resize: {
    title: 'Resize',
    about: 'Other bounds for the pool of sockets, of each origin, or for what is kept ready. No lease is cut short. ' + UNTIL,
    fields: (view) => [
      ...(Object.keys(view.sizes).length > 1
        ? [{ name: 'of', label: 'Of', options: Object.keys(view.sizes) }]
        : []),
      { name: 'min', label: 'Min', least: 0, value: Object.values(view.sizes)[0].min },
      { name: 'max', label: 'Max', least: 0, value: Object.values(view.sizes)[0].max },
    ],
    /** Another choice has other bounds. */
    chosen: (view, of, inputs) => {
      inputs.min.value = view.sizes[of].min;
      inputs.max.value = view.sizes[of].max;
    },
  },
  'pre-warm': {
    title: 'Pre-warm',
    about: 'So many are opened now, before anybody comes: processes or sessions where this upstream keeps any ready, otherwise sockets to each origin. Clients may take them at once; what nobody takes ends after its idle time.',
    fields: () => [{ name: 'number', label: 'How many', least: 1, value: 1 }],
  },
};

export const END = {
  title: 'End session',
  about: 'Its calls are cut off, its processes and upstream sessions end, and its client is told that it has ended and may begin anew.',
};

const dialog = document.getElementById('dialog');
const news = document.getElementById('news');

/** Asks, does it, and tells what has come of it. `view` is what the fields start from. */
export function ask(action, what, path, view, done) {
  const back = document.activeElement;
  const error = el('p', { className: 'error', role: 'alert' });
  const inputs = {};
  const fields = (action.fields?.(view) ?? []).map((field) => {
    const input = field.options
      ? el('select', { name: field.name }, ...field.options.map((option) => el('option', { value: option }, option)))
      : el('input', {
        type: 'number', name: field.name, min: field.least, max: 10000, step: 1, required: true, value: field.value,
      });
    inputs[field.name] = input;
    if (field.options) {
      input.addEventListener('change', () => action.chosen(view, input.value, inputs));
    }
    return el('label', {}, field.label, input);
  });
  const confirm = el('button', { type: 'submit', className: 'primary' }, action.title);
  const cancel = el('button', { type: 'button', onclick: () => dialog.close() }, 'Cancel');
  const form = el('form', {},
    el('h2', { id: 'dialog-title' }, `${action.title}: ${what}`),
    el('p', {}, action.about),
    ...fields, error,
    el('div', { className: 'buttons' }, cancel, confirm));
  form.addEventListener('submit', async (event) => {
    event.preventDefault();
    confirm.disabled = true;
    say(error, '');
    const body = {};
    for (const [name, input] of Object.entries(inputs)) {
      body[name] = input.type === 'number' ? Number(input.value) : input.value;
    }
    try {
      const told = await act(path, body);
      dialog.close();
      say(news, `${action.title}: ${told.result}.`);
      done();
    } catch (refused) {
      say(error, refused.message);
      confirm.disabled = false;
    }
  });
  dialog.replaceChildren(form);
  dialog.addEventListener('close', () => back?.isConnected && back.focus(), { once: true });
  say(news, '');
  dialog.showModal();
  (Object.values(inputs)[0] ?? cancel).focus();
}
