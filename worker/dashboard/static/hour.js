// The last hour as two charts whose values are read under the pointer, in the browser's time zone.

import { get } from "./api.js";
import { byId, setText, show } from "./dom.js";
import Chart from "./uplot.js";
import { clock, milliseconds, perSecond } from "./words.js";

const EVERY_MS = 10000;
const GAP_S = 25;
const HEIGHT = 170;
const DARK = matchMedia("(prefers-color-scheme: dark)");
const rate = (_, value) => (value === null || value === undefined ? "–" : `${perSecond(value)}/s`);
const time = (_, value) => (value === null || value === undefined ? "–" : milliseconds(Math.round(value)));
const RATES = [["Sent", "sent_per_s", "--good"], ["Not sent", "failed_per_s", "--bad"], ["Deferred", "retried_per_s", "--warn"]];
const TIMES = [["Typical", "typical_ms", "--accent"], ["Longest", "longest_ms", "--soft"]];

export function hourView() {
  const charts = [];
  let points = [];
  let asked = 0;
  const zone = Intl.DateTimeFormat().resolvedOptions().timeZone;
  setText(byId("hour-zone"), `as far as this dashboard has run; times are of ${zone}`);
  DARK.addEventListener("change", () => {
    for (const chart of charts.splice(0)) chart.destroy();
    draw();
  });
  new ResizeObserver(() => charts.forEach((chart) => chart.setSize(sizeOf(chart.root.parentElement)))).observe(byId("hour"));
  return async () => {
    if (performance.now() - asked < EVERY_MS && asked) return;
    asked = performance.now();
    try {
      ({ points } = await get("/api/hour"));
      draw();
    } catch {
      asked = 0;
    }
  };

  function draw() {
    const some = points.length > 1;
    setText(byId("hour-empty"), "The first points come within half a minute.");
    show(byId("hour-empty"), !some);
    document.querySelector(".charts").hidden = !some;
    if (!some) return;
    const peak = points.reduce((most, each) => (each.sent_per_s > most.sent_per_s ? each : most));
    setText(byId("hour-rates-text"), `Commands a second; most were sent at ${clock(peak.at)}: ${perSecond(peak.sent_per_s)}/s`);
    const slow = points.filter((each) => each.longest_ms !== null);
    const slowest = slow.reduce((most, each) => (most && most.longest_ms >= each.longest_ms ? most : each), null);
    setText(byId("hour-times-text"), `From enqueueing to sent${slowest ? `; the longest was at ${clock(slowest.at)}: ${milliseconds(slowest.longest_ms)}` : ""}`);
    const places = [[byId("hour-rates"), RATES, rate], [byId("hour-times"), TIMES, time]];
    places.forEach(([place, lines, words], index) => {
      const data = dataOf(points, lines);
      if (charts[index]) charts[index].setData(data);
      else charts[index] = new Chart(optionsOf(place, lines, words), data, place);
    });
  }
}

const sizeOf = (place) => ({ width: Math.max(200, place.clientWidth), height: HEIGHT });

// Where nothing was seen for a while the line has a gap.
function dataOf(points, lines) {
  const columns = [[], ...lines.map(() => [])];
  let before = null;
  for (const each of points) {
    const at = new Date(each.at) / 1000;
    if (before !== null && at - before > GAP_S) {
      columns.forEach((column, index) => column.push(index ? null : before + 1));
    }
    columns.forEach((column, index) => column.push(index ? each[lines[index - 1][1]] : at));
    before = at;
  }
  return columns;
}

function optionsOf(place, lines, words) {
  const colours = getComputedStyle(document.documentElement);
  const colour = (name) => colours.getPropertyValue(name).trim();
  const axis = { stroke: colour("--soft"), grid: { stroke: colour("--line-soft"), width: 1 }, ticks: { stroke: colour("--line"), width: 1 } };
  return {
    ...sizeOf(place),
    cursor: { y: false },
    scales: { y: { range: (_, _low, high) => [0, Math.max(high, 1) * 1.05] } },
    axes: [
      { ...axis, values: (_, ticks) => ticks.map((at) => new Date(at * 1000).toLocaleTimeString([], { hour: "2-digit", minute: "2-digit", hour12: false })) },
      { ...axis, size: 64, values: (_, ticks) => ticks.map((value) => words(null, value)) },
    ],
    series: [
      { label: "At", value: (_, at) => (at === null || at === undefined ? "–" : clock(at * 1000)) },
      ...lines.map(([label, , name]) => ({ label, stroke: colour(name), width: 1.5, value: words, points: { show: false } })),
    ],
  };
}
