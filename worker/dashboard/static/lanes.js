// Pages and their lanes, a screen at a time; searching and paging happen where the data is.

import { byId, el, setClass, setText, setTitle, show, showRows } from "./dom.js";
import { count, counted, span, until } from "./words.js";

const SCREEN = 25;
const TYPING_MS = 250;

export function lanesView(again) {
  const ask = { search: "", offset: 0, limit: SCREEN };
  let typing = 0;
  byId("search").addEventListener("input", () => {
    clearTimeout(typing);
    typing = setTimeout(() => {
      ask.search = byId("search").value.trim();
      ask.offset = 0;
      again();
    }, TYPING_MS);
  });
  const turn = (by) => () => {
    ask.offset = Math.max(0, ask.offset + by);
    again();
  };
  byId("lanes-back").addEventListener("click", turn(-SCREEN));
  byId("lanes-on").addEventListener("click", turn(SCREEN));
  return { ask, update: (live) => update(live, ask) };
}

function update(live, ask) {
  const { rows, matching, total, offset } = live.pages;
  if (offset !== ask.offset && matching) ask.offset = offset;
  setText(byId("lanes-count"), total ? `${ask.search ? `${count(matching)} of ` : ""}${counted(total, "Page", "Pages")}` : "");
  const lines = rows.flatMap((page) => (page.lanes.length ? page.lanes.map((lane, index) => ({ page, lane, first: index === 0, at: live.at })) : [{ page, lane: null, first: true }]));
  showRows(byId("lanes-rows"), lines, keyOf, make);
  show(byId("lanes-empty"), rows.length === 0);
  setText(byId("lanes-empty"), ask.search ? "No Page's id contains this." : "No Page is known: none has commands, and no worker holds a token.");
  show(byId("lanes-pager"), matching > SCREEN);
  setText(byId("lanes-where"), `${count(offset + 1)} to ${count(offset + rows.length)} of ${count(matching)}`);
  byId("lanes-back").disabled = offset === 0;
  byId("lanes-on").disabled = offset + rows.length >= matching;
}

const keyOf = ({ page, lane }) => JSON.stringify([page.page, lane && [lane.rate_class, lane.priority, lane.broadcast]]);

function make() {
  const cells = ["id", "name", "num", "num minor", "tight minor", "num", "text"].map((name) => el("td", { class: name }));
  const [page, name, waiting, next, budget, backlog, state] = cells;
  const dot = el("span", { class: "state" });
  const why = el("span", { class: "why" });
  state.append(dot, why);
  const row = el("tr", {}, ...cells);
  return {
    row,
    update: (line) => {
      setClass(row, line.lane ? "" : "idle");
      setText(page, line.page.page);
      setTitle(page, line.page.page);
      setClass(page, line.first ? "id" : "id same");
      if (line.lane) updateLane(line.lane, line.at);
      else updateIdle(line.page);
    },
  };

  function updateLane(lane, now) {
    setText(name, lane.broadcast ? `${lane.rate_class} bulk, broadcast ${lane.broadcast}` : `${lane.rate_class} ${lane.priority}`);
    setText(waiting, count(lane.waiting));
    setText(next, lane.next_age_s === null ? "–" : `${span(lane.next_age_s)} old`);
    const { rate, free, slowed } = lane.budget;
    const parts = [rate ?? "–", free === null ? "" : `${count(free)} free`, slowed ? `slowed ${slowed} ×` : ""];
    setText(budget, parts.filter(Boolean).join(", "));
    setText(backlog, span(lane.backlog_s));
    setTitle(backlog, lane.backlog_s === null ? "nobody can tell before it is released" : "");
    setText(dot, lane.state === "held" ? `held ${until(lane.until, now)}` : lane.state === "unserved" ? "no token" : lane.state);
    setClass(dot, `state ${lane.state}`);
    setText(why, lane.reason && lane.state !== "paced" ? ` ${lane.reason}` : "");
  }

  function updateIdle(idle) {
    setText(name, "–");
    setText(waiting, "0");
    for (const each of [next, budget, backlog]) setText(each, "–");
    setText(dot, idle.served ? "idle" : "no token");
    setClass(dot, idle.served ? "state" : "state unserved");
    setText(why, idle.not_ended ? ` ${count(idle.not_ended)} later or with workers` : "");
  }
}
