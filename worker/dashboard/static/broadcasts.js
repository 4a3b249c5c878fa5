// Broadcasts with how far they are, and the buttons that steer them.

import { byId, el, setClass, setText, setTitle, show, showRows } from "./dom.js";
import { act, confirmed } from "./session.js";
import { count, counted, moment, perSecond, span, until } from "./words.js";

const STATES = { done: "done", "on its way": "going", open: "going", paused: "paused", held: "held", "no token": "unserved", cancelled: "dead" };
const MORE = 40;

export function broadcastsView(again) {
  const ask = { broadcasts: 10 };
  const told = byId("broadcasts-told");
  byId("broadcasts-more").addEventListener("click", () => {
    ask.broadcasts = Math.min(200, ask.broadcasts + MORE);
    again();
  });
  return { ask, update };

  function update(live) {
    setText(byId("broadcasts-count"), live.broadcasts_total ? count(live.broadcasts_total) : "");
    showRows(byId("broadcasts-rows"), live.broadcasts.map((each) => ({ ...each, at: live.at })), ({ progress }) => progress.id, make);
    show(byId("broadcasts-empty"), live.broadcasts.length === 0);
    setText(byId("broadcasts-empty"), "No broadcasts in the last 90 days.");
    show(byId("broadcasts-pager"), live.broadcasts_total > live.broadcasts.length && ask.broadcasts < 200);
  }

  function make({ progress: { id } }) {
    const cells = ["id whole", "id minor", "text state-cell", "tight", "num minor", "num minor", "text lesser", "acts"].map((name) => el("td", { class: name }));
    const [name, page, stateCell, bar, rate, eta, ended, acts] = cells;
    const state = el("span", { class: "state" });
    const why = el("span", { class: "why" });
    stateCell.append(state, why);
    const filled = el("span");
    const figures = el("span");
    const track = el("span", { class: "track", role: "progressbar", "aria-valuemin": "0", "aria-valuemax": "100", "aria-label": `Progress of ${id}` }, filled);
    bar.append(el("div", { class: "meter" }, track, figures));
    const problem = el("span", { class: "problem", role: "alert", hidden: "" });
    let waiting = 0;
    const button = (label, what, before) => {
      const node = el("button", { type: "button", class: `acting${what === "cancel" ? " danger" : ""}`, "aria-label": `${label.replace("…", "")} broadcast ${id}` }, label);
      node.addEventListener("click", async () => {
        if (await act(node, `/api/broadcast/${what}`, { id }, { told, problem, before })) {
          setText(told, `${id}: ${told.textContent}`);
          again();
        }
      });
      return node;
    };
    const pause = button("Pause", "pause");
    const resume = button("Resume", "resume");
    const cancel = button("Cancel…", "cancel", async () => {
      const text = `${counted(waiting, "person is", "people are")} not sent to. What a worker has already may still be sent. This cannot be undone.`;
      const { sure } = await confirmed({ title: `Cancel broadcast ${id}?`, text, yes: "Cancel the broadcast" });
      return sure ? {} : null;
    });
    acts.append(pause, resume, cancel, problem);
    setText(name, id);
    return {
      row: el("tr", {}, ...cells),
      update: ({ state: words, progress, reason, until: ends, at }) => {
        waiting = progress.waiting;
        setText(page, progress.page);
        setTitle(page, progress.page);
        setText(state, words);
        setText(why, words === "held" ? ` ${until(ends, at)}: ${reason}` : words === "no token" ? ` ${reason}` : "");
        setClass(state, `state ${STATES[words] ?? ""}`);
        setTitle(state, `began ${moment(progress.created_at)}`);
        const done = progress.added - progress.waiting;
        const share = progress.added ? Math.floor((done / progress.added) * 100) : 0;
        filled.style.width = `${share}%`;
        track.setAttribute("aria-valuenow", String(share));
        setText(figures, `${count(done)} of ${count(progress.added)}`);
        const moving = !["done", "paused", "cancelled"].includes(words);
        setText(rate, progress.rate_per_s === null ? "–" : `${perSecond(progress.rate_per_s)}/s`);
        setText(eta, moving && progress.eta_s ? span(progress.eta_s) : "–");
        const parts = Object.entries(progress.ended).filter(([key, number]) => number && key !== "retried" && key !== "reaped");
        setText(ended, parts.map(([key, number]) => `${key} ${count(number)}`).join(", ") || "–");
        show(pause, moving);
        show(resume, words === "paused");
        show(cancel, moving || words === "paused");
      },
    };
  }
}
