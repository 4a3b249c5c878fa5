// Plain lists: workers, what waits for its time, and who did what.

import { get } from "./api.js";
import { byId, el, setClass, setText, setTitle, show, showRows } from "./dom.js";
import { ago, clock, count, moment, secondsBetween, span } from "./words.js";

const EVERY_MS = 5000;

// Makes a row whose cells are filled by `fill(cells, item)`.
const rowOf = (classes, fill) => () => {
  const cells = classes.map((name) => el("td", { class: name }));
  return { row: el("tr", {}, ...cells), update: (item) => fill(cells, item) };
};

export function workersView() {
  const make = rowOf(["name", "tight", "name", "num minor", "num", "num", "num minor", "num"], (cells, { worker, at }) => {
    const [name, state, host, pid, heard, since, pages, taken] = cells;
    setText(name, worker.name);
    setText(state, worker.alive ? "alive" : "silent");
    setClass(state, `tight state ${worker.alive ? "ready" : "held"}`);
    setText(host, worker.host || "–");
    setText(pid, worker.pid ? String(worker.pid) : "–");
    setText(heard, `${span(worker.heartbeat_age_s)} ago`);
    setText(since, worker.since ? ago(worker.since, at).replace(" ago", "") : "–");
    setTitle(since, worker.since ? moment(worker.since) : "");
    setText(pages, count(worker.pages));
    setText(taken, count(worker.taken));
  });
  return (live) => {
    setText(byId("workers-count"), live.workers.length ? count(live.workers.length) : "");
    showRows(byId("workers-rows"), live.workers.map((worker) => ({ worker, at: live.at })), ({ worker }) => worker.name, make);
    setText(byId("workers-empty"), "No worker is known: start one with `outbound worker`.");
    show(byId("workers-empty"), live.workers.length === 0);
  };
}

export function laterView() {
  const make = rowOf(["tight", "tight", "id", "tight minor", "id whole", "num minor", "text"], (cells, { row, at }) => {
    const [due, state, page, type, id, attempts, reason] = cells;
    const left = secondsBetween(at, row.due);
    setText(due, left > 0 ? `in ${span(left)}` : "now");
    setTitle(due, moment(row.due));
    setText(state, row.state);
    setText(page, row.page || "?");
    setText(type, row.type);
    setText(id, row.id);
    setText(attempts, count(row.attempts));
    setText(reason, row.reason ?? "–");
  });
  let rows = [];
  const ask = every(EVERY_MS, async (live) => {
    const told = live.totals.later ? await get("/api/later") : { rows: [], total: 0 };
    rows = told.rows;
    setText(byId("later-count"), told.total ? `${told.total > rows.length ? `the first ${count(rows.length)} of ` : ""}${count(told.total)}` : "");
    setText(byId("later-empty"), "Nothing is scheduled, to be tried again, or awaits its echo.");
    show(byId("later-empty"), rows.length === 0);
  });
  return async (live) => {
    await ask(live);
    showRows(byId("later-rows"), rows.map((row) => ({ row, at: live.at })), ({ row }) => row.id, make);
  };
}

export function actsView() {
  const make = rowOf(["tight", "name", "tight minor", "tight", "name", "text"], (cells, { act, at }) => {
    const [when, who, by, what, on, told] = cells;
    setText(when, secondsBetween(act.at, at) < 86400 ? clock(act.at) : moment(act.at));
    setTitle(when, moment(act.at));
    setText(who, act.who || "–");
    setText(by, act.by);
    setText(what, act.act);
    setText(on, act.on);
    setText(told, act.told);
  });
  return every(EVERY_MS, async (live) => {
    const acts = await get("/api/acts");
    showRows(byId("acts-rows"), acts.map((act) => ({ act, at: live.at })), ({ act }) => `${act.at} ${act.act} ${act.on}`, make);
    setText(byId("acts-count"), acts.length ? `the latest ${count(acts.length)}` : "");
    setText(byId("acts-empty"), "Nobody did anything yet.");
    show(byId("acts-empty"), acts.length === 0);
  });
}

// Does something at most once in a while; what was not answered is asked again with the next picture.
function every(ms, does) {
  let done = 0;
  return async (live) => {
    if (done && performance.now() - done < ms) return;
    done = performance.now();
    try {
      await does(live);
    } catch {
      done = 0;
    }
  };
}
