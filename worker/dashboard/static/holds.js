// What is held, why, and the button that lets it go.

import { byId, el, setText, setTitle, show, showRows } from "./dom.js";
import { act } from "./session.js";
import { ago, count, moment, until } from "./words.js";

const MORE = 50;

export function holdsView(again) {
  const ask = { holds: 20 };
  byId("holds-more").addEventListener("click", () => {
    ask.holds = Math.min(200, ask.holds + MORE);
    again();
  });
  return { ask, update };

  function update(live) {
    setText(byId("holds-count"), live.holds_total ? count(live.holds_total) : "");
    const items = live.holds.map((each) => ({ ...each, at: live.at }));
    showRows(byId("holds-rows"), items, ({ hold }) => hold.scope, make);
    show(byId("holds-empty"), live.holds_total === 0);
    setText(byId("holds-empty"), "Nothing is held.");
    show(byId("holds-pager"), live.holds_total > live.holds.length && ask.holds < 200);
  }

  function make(item) {
    const name = el("td", { class: "text" });
    const since = el("td", { class: "num minor" });
    const ends = el("td", { class: "tight" });
    const reason = el("td", { class: "text" });
    const problem = el("span", { class: "problem", role: "alert", hidden: "" });
    const scope = item.hold.scope;
    const button = el("button", { type: "button", class: "acting", "aria-label": `Release ${item.name}` }, "Release");
    button.addEventListener("click", async () => {
      const done = await act(button, "/api/hold/release", { scope }, { told: byId("holds-told"), problem });
      if (done) {
        setText(byId("holds-told"), `${item.name}: ${byId("holds-told").textContent}`);
        again();
      }
    });
    return {
      row: el("tr", {}, name, since, ends, reason, el("td", { class: "acts" }, button, problem)),
      update: ({ name: words, hold, at }) => {
        setText(name, words);
        setText(since, ago(hold.since, at));
        setTitle(since, moment(hold.since));
        setText(ends, until(hold.until, at));
        setTitle(ends, hold.until ? moment(hold.until) : "");
        setText(reason, hold.reason + (hold.repeats ? ` (came again ${hold.repeats} ×)` : ""));
      },
    };
  }
}
