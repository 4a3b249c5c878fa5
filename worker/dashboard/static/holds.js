// What is held, why, and the button that lets it go.

import { byId, el, setText, setTitle, show, showRows } from "./dom.js";
import { act, signedIn } from "./session.js";
import { ago, count, moment, until } from "./words.js";

const MORE = 50;

// Asks what is to be held, why and for how long; `target` is a Page or lane, or ''.
export async function openHold(target) {
  if (!(await signedIn())) return;
  const dialog = byId("hold");
  const form = byId("hold-form");
  form.reset();
  form.elements.on.value = target;
  show(dialog.querySelector(".problem"), false);
  dialog.showModal();
  (target ? form.elements.reason : form.elements.on).focus();
}

export function holdsView(again) {
  const ask = { holds: 20 };
  byId("holds-new").addEventListener("click", () => openHold(""));
  byId("hold-form").addEventListener("submit", async (event) => {
    event.preventDefault();
    const dialog = byId("hold");
    const body = Object.fromEntries(new FormData(event.target));
    const told = byId("holds-told");
    if (await act(byId("hold-yes"), "/api/hold", body, { told, problem: dialog.querySelector(".problem") })) {
      setText(told, `${body.on}: ${told.textContent}`);
      dialog.close();
      again();
    }
  });
  byId("holds-more").addEventListener("click", () => {
    ask.holds = Math.min(200, ask.holds + MORE);
    again();
  });
  return { ask, update };

  function update(live) {
    setText(byId("holds-count"), live.holds_total ? count(live.holds_total) : "");
    const items = live.holds.map((each) => ({ ...each, at: live.at }));
    showRows(byId("holds-rows"), items, ({ hold }) => `${hold.scope} ${hold.kind} ${hold.for_token ?? ""}`, make);
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
        setText(ends, hold.until ? until(hold.until, at) : hold.kind === "token" ? "with another token" : "until released");
        setTitle(ends, hold.until ? moment(hold.until) : "");
        setText(reason, hold.reason + (hold.repeats ? ` (came again ${hold.repeats} ×)` : ""));
      },
    };
  }
}
