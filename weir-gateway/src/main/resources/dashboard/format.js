// Numbers and times as texts.

const number = new Intl.NumberFormat('en', { maximumFractionDigits: 1 });
const whole = new Intl.NumberFormat('en', { maximumFractionDigits: 0 });

export const count = (value) => whole.format(value);

export function rate(value) {
  return value < 10 ? number.format(value) : whole.format(value);
}

/** Milliseconds, as short as they can be read. */
export function span(millis) {
  if (millis === null || millis === undefined) {
    return '–';
  }
  if (millis < 10) {
    return number.format(millis) + ' ms';
  }
  if (millis < 1000) {
    return whole.format(millis) + ' ms';
  }
  const seconds = millis / 1000;
  if (seconds < 60) {
    return number.format(seconds) + ' s';
  }
  if (seconds < 3600) {
    return Math.floor(seconds / 60) + ' min ' + Math.floor(seconds % 60) + ' s';
  }
  return seconds < 86400
    ? Math.floor(seconds / 3600) + ' h ' + Math.floor((seconds % 3600) / 60) + ' min'
    : Math.floor(seconds / 86400) + ' d ' + Math.floor((seconds % 86400) / 3600) + ' h';
}

/** How long a time of the gateway's is ago, by its own clock. */
export function ago(then, now) {
  return then === null || then === undefined ? '–' : span(Math.max(0, now - then));
}

export function bytes(value) {
  const units = ['B', 'KiB', 'MiB', 'GiB', 'TiB'];
  let unit = 0;
  let scaled = value;
  while (scaled >= 1024 && unit < units.length - 1) {
    scaled /= 1024;
    unit++;
  }
  return number.format(scaled) + ' ' + units[unit];
}

export function percent(part) {
  return whole.format(100 * part) + ' %';
}

export function plural(many, one) {
  return `${count(many)} ${one}${many === 1 ? '' : 's'}`;
}
