// Numbers and times as people read them.

export const count = (number) => number.toLocaleString("en-US");

export const counted = (number, one, many) => `${count(number)} ${number === 1 ? one : many}`;

export function perSecond(rate) {
  if (rate === 0) return "0";
  if (rate < 10) return rate.toFixed(1);
  return count(Math.round(rate));
}

export function span(seconds) {
  if (seconds === null || seconds === undefined) return "–";
  if (seconds < 0.95) return `${seconds.toFixed(1)} s`;
  const whole = Math.round(seconds);
  if (whole < 60) return `${whole} s`;
  if (whole < 3600) return `${Math.floor(whole / 60)} min ${whole % 60} s`;
  if (whole < 86400) return `${Math.floor(whole / 3600)} h ${Math.floor((whole % 3600) / 60)} min`;
  return `${Math.floor(whole / 86400)} d ${Math.floor((whole % 86400) / 3600)} h`;
}

export function milliseconds(ms) {
  return ms < 1000 ? `${ms} ms` : ms < 10000 ? `${(ms / 1000).toFixed(1)} s` : span(ms / 1000);
}

export const secondsBetween = (from, to) => Math.max(0, (new Date(to) - new Date(from)) / 1000);

export const ago = (at, now) => `${span(secondsBetween(at, now))} ago`;

export const clock = (at) => new Date(at).toLocaleTimeString([], { hour12: false });

export const moment = (at) => new Date(at).toLocaleString([], { hour12: false });

export const until = (end, now) => (end === null ? "until released" : `for ${span(secondsBetween(now, end))}`);
