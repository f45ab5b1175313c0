// Lines over the last hour. Lines differ by their dashes too, and each chart says its last values.

import uPlot from '/admin/uplot.js';
import { el, say } from './dom.js';

const DASHES = [[], [7, 4], [2, 3]];
const FILLS = ['--line-1-fill', null, null];
const WHOLE = [1, 2, 5, 10, 20, 50, 100, 200, 500, 1000, 2000, 5000];
const HEIGHT = 190;
const HOUR = 3600;

function colour(name) {
  return getComputedStyle(document.documentElement).getPropertyValue(name).trim();
}

function time(at, step) {
  return new Date(at * 1000).toLocaleTimeString('en-GB', {
    hour: '2-digit', minute: '2-digit', second: step < 60 ? '2-digit' : undefined,
  });
}

/**
 * A chart of series [{label, of}], each a column of the history, with texts for its values; `things`
 * for what there are no halves of.
 */
export function chart(title, series, text, things = false) {
  const place = el('div', { className: 'plot', 'aria-hidden': 'true' });
  const now = el('p', { className: 'now' });
  const element = el('section', { className: 'chart' }, el('h3', {}, title), now, place);
  let plot = null;
  let data = [[], ...series.map(() => [])];

  function make() {
    plot?.destroy();
    const axis = { stroke: colour('--muted'), grid: { stroke: colour('--grid'), width: 1 }, ticks: { show: false }, font: '12px system-ui' };
    plot = new uPlot({
      width: Math.max(260, place.clientWidth),
      height: HEIGHT,
      legend: { show: false },
      cursor: { points: { show: false }, drag: { x: false, y: false } },
      scales: {
        x: { range: (_, min, max) => [Math.min(min ?? max, (max ?? 0) - 60), max] },
        y: { range: (_, min, max) => [0, max > 0 ? max * 1.1 : 1] },
      },
      axes: [{ ...axis, space: 90, size: 30, values: (_, ticks, i, j, step) => ticks.map((at) => time(at, step)) }, { ...axis, size: 62, incrs: things ? WHOLE : undefined, values: (_, ticks) => ticks.map(text) }],
      series: [{}, ...series.map((each, i) => ({
        label: each.label,
        stroke: colour('--line-' + (i + 1)),
        fill: FILLS[i] ? colour(FILLS[i]) : undefined,
        width: 2,
        dash: DASHES[i],
        spanGaps: true,
        points: { show: false },
      }))],
    }, data, place);
  }

  function resize() {
    if (plot && place.clientWidth > 0) {
      plot.setSize({ width: place.clientWidth, height: HEIGHT });
    }
  }

  const dark = matchMedia('(prefers-color-scheme: dark)');
  dark.addEventListener('change', make);
  addEventListener('resize', resize);
  now.append(...series.flatMap((each, i) => [
    el('span', { className: `key key-${i + 1}`, 'aria-hidden': 'true' }), el('span', {}, each.label + ' –'),
  ]));

  function update(history) {
    data = [history.at.map((at) => at / 1000), ...series.map((each) => history[each.of])];
    if (plot) {
      plot.setData(data);
    } else if (data[0].length > 0) {
      make();
    }
    series.forEach((each, i) => {
      const last = history[each.of].findLast((value) => value !== null);
      say(now.children[2 * i + 1], `${each.label} ${last === undefined ? '–' : text(last)}`);
    });
  }

  function close() {
    dark.removeEventListener('change', make);
    removeEventListener('resize', resize);
    plot?.destroy();
  }

  return { element, update, close };
}

/** What has been kept of an upstream so far; asked for the rest only. */
export function recent(fetch) {
  const kept = {};
  return async () => {
    const last = kept.at?.at(-1) ?? 0;
    const more = await fetch(last);
    for (const [name, values] of Object.entries(more)) {
      if (Array.isArray(values)) {
        kept[name] = (kept[name] ?? []).concat(values);
      }
    }
    const from = (kept.at.at(-1) ?? 0) - HOUR * 1000;
    const old = kept.at.findIndex((at) => at > from);
    if (old > 0) {
      for (const name of Object.keys(kept)) {
        kept[name] = kept[name].slice(old);
      }
    }
    return kept;
  };
}
