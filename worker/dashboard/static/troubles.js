// What is wrong, before everything else: the worst first, since when, and what helps.

import { byId, el, setClass, setText, show, showList } from "./dom.js";
import { clock, count, counted, moment } from "./words.js";

// What ends by itself, or was somebody's wish.
const MILD = ["worker_silent", "throttled", "held_by_hand", "dead_letters", "workers_differ", "redis_refuses"];
const PLACES = { no_worker: "workers", worker_silent: "workers", graph_away: "workers", workers_differ: "workers", timer: "later", unserved: "lanes", held: "holds", throttled: "holds", held_by_hand: "holds", dead_letters: "dead" };

export function troublesView() {
  return (live) => {
    const troubles = numbered([...live.troubles, ...byHand(live.totals.held_by_hand)]);
    setText(byId("troubles-count"), troubles.length ? ` (${count(troubles.length)})` : "");
    showList(byId("troubles-list"), troubles, ({ key }) => key, make);
    setText(byId("troubles-empty"), "Nothing is wrong.");
    show(byId("troubles-empty"), troubles.length === 0);
    setClass(byId("troubles"), troubles.some((each) => !each.mild) ? "bad" : troubles.length ? "mild" : "well");
  };
}

// Several can be of one kind: each has a row of its own; the worst come first, else the order stays.
function numbered(troubles) {
  const seen = new Map();
  const all = troubles.map((each) => {
    const number = (seen.get(each.kind) ?? 0) + 1;
    seen.set(each.kind, number);
    return { ...each, key: `${each.kind} ${number}`, mild: MILD.includes(each.kind) };
  });
  return [...all.filter((each) => !each.mild), ...all.filter((each) => each.mild)];
}

// What somebody holds by hand is no fault, but who wonders why nothing leaves must see it.
function byHand(number) {
  if (!number) return [];
  const sentence = `${counted(number, "hold by hand stands", "holds by hand stand")}: what is held does not leave`;
  return [{ kind: "held_by_hand", sentence, since: null, cure: "whoever set it knows why; release it when that is over" }];
}

const capital = (text) => text.charAt(0).toUpperCase() + text.slice(1);

const sinceOf = (at) => (new Date(at).toDateString() === new Date().toDateString() ? clock(at) : moment(at));

function make({ kind }) {
  const place = PLACES[kind];
  const what = el("strong");
  const since = el("span", { class: "why" });
  const cure = el("span", { class: "cure" });
  const row = el("li", {}, what, since, cure);
  if (place) row.append(el("a", { href: `#${place}` }, "Show"));
  return {
    row,
    update: (trouble) => {
      setClass(row, trouble.mild ? "mild" : "bad");
      setText(what, capital(trouble.sentence));
      setText(since, trouble.since ? ` since ${sinceOf(trouble.since)}` : "");
      setText(cure, trouble.cure);
    },
  };
}
