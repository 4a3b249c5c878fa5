// What is wrong, before everything else: the worst first, since when, and what helps.

import { byId, el, setClass, setText, show, showList } from "./dom.js";
import { clock, count, moment } from "./words.js";

export function troublesView() {
  return (live) => {
    const { troubles } = live;
    setText(byId("troubles-count"), troubles.length ? ` (${count(troubles.length)})` : "");
    showList(byId("troubles-list"), troubles, ({ kind }) => kind, make);
    setText(byId("troubles-empty"), "Nothing is wrong.");
    show(byId("troubles-empty"), troubles.length === 0);
    setClass(byId("troubles"), troubles.some((each) => !each.mild) ? "bad" : troubles.length ? "mild" : "well");
  };
}

const sinceOf = (at) => (new Date(at).toDateString() === new Date().toDateString() ? clock(at) : moment(at));

function make({ place }) {
  const what = el("strong");
  const since = el("span", { class: "why" });
  const cure = el("span", { class: "cure" });
  const row = el("li", {}, what, since, cure);
  if (place) row.append(el("a", { href: `#${place}` }, "Show"));
  return {
    row,
    update: (trouble) => {
      setClass(row, trouble.mild ? "mild" : "bad");
      setText(what, trouble.sentence);
      setText(since, trouble.since ? ` since ${sinceOf(trouble.since)}` : "");
      setText(cure, trouble.cure);
    },
  };
}
