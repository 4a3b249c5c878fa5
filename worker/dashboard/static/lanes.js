// Pages and their lanes, a screen at a time; searching and paging happen where the data is.

import { byId, el, setClass, setText, setTitle, show, showRows } from "./dom.js";
import { openHold } from "./holds.js";
import { keep, kept } from "./keep.js";
import { count, counted, perSecond, span, until } from "./words.js";

const SCREEN = 25;
const TYPING_MS = 250;

export function lanesView(again) {
  const ask = { search: kept("page"), only: "", sort: "", offset: 0, limit: SCREEN };
  let typing = 0;
  byId("search").value = ask.search;
  for (const name of ["only", "sort"]) {
    const choice = byId(name);
    choice.value = kept(name);
    if (choice.selectedIndex < 0) choice.value = "";
    ask[name] = choice.value;
    choice.addEventListener("change", () => {
      ask[name] = choice.value;
      ask.offset = 0;
      keep({ [name]: choice.value });
      again();
    });
  }
  byId("search").addEventListener("input", () => {
    clearTimeout(typing);
    typing = setTimeout(() => {
      ask.search = byId("search").value.trim();
      ask.offset = 0;
      keep({ page: ask.search });
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
  setText(byId("lanes-count"), total ? `${ask.search || ask.only ? `${count(matching)} of ` : ""}${counted(total, "Page", "Pages")}` : "");
  const lines = rows.flatMap((page) => (page.lanes.length ? page.lanes.map((lane, index) => ({ page, lane, first: index === 0, at: live.at })) : [{ page, lane: null, first: true }]));
  showRows(byId("lanes-rows"), lines, keyOf, make);
  show(byId("lanes-empty"), rows.length === 0);
  setText(byId("lanes-empty"), ask.only === "held" ? "Nothing of these Pages is held." : ask.only ? "None of these Pages has anything to do." : ask.search ? "No Page's id contains this." : "No Page is known: none has commands, and no worker holds a token.");
  show(byId("lanes-pager"), matching > SCREEN);
  setText(byId("lanes-where"), `${count(offset + 1)} to ${count(offset + rows.length)} of ${count(matching)}`);
  byId("lanes-back").disabled = offset === 0;
  byId("lanes-on").disabled = offset + rows.length >= matching;
}

const keyOf = ({ page, lane }) => JSON.stringify([page.page, lane && [lane.rate_class, lane.priority, lane.broadcast]]);

function make() {
  const cells = ["id", "name", "num", "num", "num", "num minor lesser", "tight minor", "num", "text", "acts acting"].map((name) => el("td", { class: name }));
  const [page, name, waiting, behind, sent, next, budget, backlog, state, acts] = cells;
  let target = "";
  const hold = el("button", { type: "button", class: "acting", on: { click: () => openHold(target) } }, "Hold…");
  acts.append(hold);
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
      const rate = line.page.sent_per_s;
      setText(sent, !line.first ? "" : rate === null ? "–" : perSecond(rate));
      target = line.lane && !line.lane.broadcast ? `${line.page.page}/${line.lane.rate_class}/${line.lane.priority}` : line.page.page;
      hold.setAttribute("aria-label", `Hold ${target}`);
      show(hold, !line.lane?.broadcast);
      if (line.lane) updateLane(line.lane, line.at);
      else updateIdle(line.page);
    },
  };

  function updateLane(lane, now) {
    setText(name, lane.broadcast ? `${lane.rate_class} bulk, broadcast ${lane.broadcast}` : `${lane.rate_class} ${lane.priority}`);
    setText(waiting, count(lane.waiting));
    setText(behind, count(lane.behind));
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
    for (const each of [waiting, behind]) setText(each, "0");
    for (const each of [next, budget, backlog]) setText(each, "–");
    setText(dot, idle.served ? "idle" : "no token");
    setClass(dot, idle.served ? "state" : "state unserved");
    setText(why, idle.not_ended ? ` ${count(idle.not_ended)} later or with workers` : "");
  }
}
