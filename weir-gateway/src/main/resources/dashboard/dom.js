// Elements are made here and nowhere else. Whatever is shown is text: there is no way to make
// markup out of it, since what servers and clients say of themselves is not to be trusted.

/** An element; `props` are properties, or attributes where the name has a dash or is `role`. */
export function el(tag, props = {}, ...children) {
  const made = document.createElement(tag);
  for (const [name, value] of Object.entries(props)) {
    if (name.includes('-') || name === 'role' || name === 'for' || name === 'scope') {
      made.setAttribute(name, value);
    } else {
      made[name] = value;
    }
  }
  made.append(...children.filter((child) => child !== null && child !== undefined));
  return made;
}

/** Changes a text only where it differs, so that readers of the screen hear no more than news. */
export function say(element, text) {
  if (element.textContent !== text) {
    element.textContent = text;
  }
}

/**
 * A table that is updated in place: rows keep their elements, and with them the focus.
 *
 * Each column is {title, text | node, number?, about?}; `text(row)` gives a text, `node(row, old)` an
 * element, which may be the old one.
 */
export function table(caption, columns, key, empty) {
  const body = el('tbody');
  const head = el('tr', {}, ...columns.map((column) => el('th', {
    scope: 'col', className: column.number ? 'number' : '', title: column.about ?? '',
  }, column.title)));
  const none = el('p', { className: 'empty', textContent: empty });
  const whole = el('table', {}, el('caption', {}, caption), el('thead', {}, head), body);
  const element = el('div', { className: 'scroll' }, whole, none);
  const rows = new Map();

  function update(data) {
    const seen = new Set();
    let place = body.firstElementChild;
    for (const each of data) {
      const name = String(key(each));
      seen.add(name);
      let row = rows.get(name);
      if (!row) {
        row = el('tr', {}, ...columns.map((column, i) => (i === 0
          ? el('th', { scope: 'row' })
          : el('td', { className: column.number ? 'number' : '' }))));
        rows.set(name, row);
      }
      columns.forEach((column, i) => fill(row.children[i], column, each));
      if (row === place) {
        place = place.nextElementSibling;
      } else {
        body.insertBefore(row, place);
      }
    }
    for (const [name, row] of rows) {
      if (!seen.has(name)) {
        rows.delete(name);
        row.remove();
      }
    }
    whole.hidden = data.length === 0;
    none.hidden = data.length > 0;
  }

  return { element, update };
}

function fill(cell, column, data) {
  if (column.node) {
    const old = cell.firstElementChild;
    const made = column.node(data, old);
    if (made !== old) {
      cell.replaceChildren(made);
    }
  } else {
    say(cell, column.text(data));
  }
}

/** A link to a page of the dashboard; the old one where there is one. */
export function link(old, text, ...path) {
  const to = '#/' + path.map(encodeURIComponent).join('/');
  const made = old?.tagName === 'A' ? old : el('a');
  if (made.getAttribute('href') !== to) {
    made.setAttribute('href', to);
  }
  say(made, text);
  return made;
}

/** Links to sessions. */
export function sessions(names, old) {
  const wanted = names.slice(0, 4).join(' ') + (names.length > 4 ? ' …' : '');
  if (old?.dataset.names === wanted) {
    return old;
  }
  const made = el('span', {}, ...names.slice(0, 4).flatMap((name) => [link(null, name, 'sessions', name), ' ']));
  if (names.length > 4) {
    made.append(`and ${names.length - 4} more`);
  }
  made.dataset.names = wanted;
  return made;
}

/** Facts as pairs of a name and a text. */
export function facts() {
  const element = el('dl', { className: 'facts' });
  const texts = new Map();
  function set(name, text) {
    let value = texts.get(name);
    if (!value) {
      value = el('dd');
      texts.set(name, value);
      element.append(el('div', {}, el('dt', {}, name), value));
    }
    say(value, text);
  }
  return { element, set };
}
