// Where one command is, what it waits for, and when it leaves.

import { get } from "./api.js";
import { attempts, codes } from "./dead.js";
import { byId, el, facts, setText, show } from "./dom.js";
import { keep, kept } from "./keep.js";
import { count, moment, span, until } from "./words.js";

export function explainView() {
  byId("ask").addEventListener("submit", async (event) => {
    event.preventDefault();
    const id = new FormData(event.target).get("id").trim();
    keep({ explain: id });
    show(byId("explain-problem"), false);
    byId("explained").replaceChildren("Asking…");
    try {
      byId("explained").replaceChildren(draw(await get("/api/explain", { id })));
    } catch (problem) {
      byId("explained").replaceChildren();
      setText(byId("explain-problem"), problem.message);
      show(byId("explain-problem"), true);
    }
  });
  byId("ask").elements.id.value = kept("explain");
}

function draw(told) {
  const now = new Date();
  const waits = (told.waits_for ?? []).map((wait) => wait.reason + (wait.until ? `, ${until(wait.until, now)}` : ""));
  const { outcome } = told;
  const part = el("div", { class: "part" }, facts([
    ["Id", el("span", { class: "id" }, told.id)],
    ["State", told.state],
    ["Page", told.page],
    ["Type", told.type],
    ["Lane", told.lane],
    ["Enqueued", told.enqueued_at && moment(told.enqueued_at)],
    ["Expires", told.expires_at && moment(told.expires_at)],
    ["Waits for", waits.join("; ")],
    ["Leaves", told.eta_s === null || told.eta_s === undefined ? "" : told.eta_s < 0.05 ? "now" : `in about ${span(told.eta_s)}`],
    ["Attempts", told.attempts ? `${count(told.attempts)}${told.possibly_repeated ? ", one of which may have arrived" : ""}` : ""],
    ["Outcome", outcome ? `${outcome.name}, ${moment(outcome.at)}${outcome.reason ? `: ${outcome.reason}` : ""} ${codes(outcome.answer)}` : ""],
    ["Dead letter", told.is_dead_letter ? (told.readable ? "yes: it can be replayed above" : "yes, but it cannot be read: send it anew") : ""],
  ]));
  if (told.history?.length) part.append(el("h3", { class: "unseen" }, "Attempts"), attempts(told.history));
  for (const each of told.parts ?? []) part.append(draw(each));
  return part;
}
