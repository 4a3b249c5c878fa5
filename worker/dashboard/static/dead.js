// Dead letters: found by their marks, looked at, replayed and dropped.

import { get, post } from "./api.js";
import { byId, el, facts, setText, setTitle, show, showRows } from "./dom.js";
import { keep, kept } from "./keep.js";
import { act, confirmed, signedIn } from "./session.js";
import { ago, count, counted, moment } from "./words.js";

const DOUBT = "Also those that may have arrived already: some people may get them twice.";
const told = byId("dead-told");
const MARKS = ["page", "class", "code", "broadcast", "age"];

export function deadView() {
  let after = "";
  let next = null;
  let seen = -1;
  let asked = 0;
  let letters = [];
  let causes = [];
  let at = new Date();
  const chosen = new Set();
  const form = byId("marks");
  for (const name of MARKS) form.elements[name].value = kept(`dead-${name}`);
  if (form.elements.age.selectedIndex < 0) form.elements.age.value = "";
  form.addEventListener("submit", (event) => {
    event.preventDefault();
    filter();
  });
  form.addEventListener("reset", () => setTimeout(filter));
  byId("dead-all").addEventListener("change", (event) => {
    for (const { id } of letters) mark(id, event.target.checked);
    drawRows();
  });
  byId("dead-on").addEventListener("click", () => turn(next));
  byId("dead-first").addEventListener("click", () => turn(""));
  byId("dead-replay").addEventListener("click", () => actOnAll("replay"));
  byId("dead-drop").addEventListener("click", () => actOnAll("drop"));
  return { update, again: load };

  function update(live) {
    at = live.at;
    drawRows();
    if (live.totals.dead_letters !== seen && after === "") load(live.totals.dead_letters);
  }

  function filter() {
    keep(Object.fromEntries(MARKS.map((name) => [`dead-${name}`, form.elements[name].value.trim()])));
    chosen.clear();
    turn("");
  }

  function narrow(cause) {
    form.elements.class.value = cause.kind;
    form.elements.code.value = cause.code ?? "";
    filter();
  }

  function mark(id, isChosen) {
    if (isChosen) chosen.add(id);
    else chosen.delete(id);
    nameButtons();
  }

  function nameButtons() {
    const which = chosen.size ? `${count(chosen.size)} chosen` : Object.keys(marks()).length ? "these" : "all";
    for (const [id, verb] of [["dead-replay", "Replay"], ["dead-drop", "Drop"]]) {
      byId(id).disabled = letters.length === 0 && !chosen.size;
      setText(byId(id), `${verb} ${which}…`);
    }
    byId("dead-all").checked = letters.length > 0 && letters.every(({ id }) => chosen.has(id));
  }

  function turn(place) {
    after = place ?? "";
    setText(told, "");
    load();
  }

  async function load(total = seen) {
    const mine = ++asked;
    try {
      const [listed, causes] = await Promise.all([get("/api/dead", { ...marks(), after }), get("/api/dead/causes", marks())]);
      if (mine !== asked) return;
      drawCauses(causes);
      seen = Number.isInteger(total) && total >= 0 ? total : listed.kept;
      next = listed.next;
      draw(listed);
    } catch (problem) {
      if (mine !== asked) return;
      if (problem.status === 400) seen = total;
      if (problem.status !== 503 && problem.status !== 0) fail(problem.message);
    }
  }

  function drawRows() {
    const items = letters.map((letter) => ({ letter, at, chosen: chosen.has(letter.id) }));
    showRows(byId("dead-rows"), items, ({ letter }) => letter.id, ({ letter }) => makeRow(letter, ended, mark));
    showRows(byId("causes-rows"), causes.map((cause) => ({ cause, at })), ({ cause }) => `${cause.kind} ${cause.code}`, ({ cause }) => makeCause(cause, narrow));
  }

  function drawCauses(found) {
    causes = found.rows;
    show(byId("causes-more"), found.more);
  }

  function ended(id) {
    mark(id, false);
    load();
  }

  function draw({ letters: found, kept, dropped }) {
    letters = found;
    fail("");
    const filtered = Object.keys(marks()).length > 0;
    setText(byId("dead-count"), kept ? `${count(kept)} kept${dropped ? `, ${count(dropped)} dropped for want of room` : ""}` : "");
    drawRows();
    show(byId("dead-empty"), letters.length === 0);
    setText(byId("dead-empty"), !kept ? "No dead letters." : next ? "None of those looked at so far has these marks." : after ? "No older ones." : filtered ? "No dead letter has these marks." : "No dead letters.");
    show(byId("dead-pager"), after !== "" || next !== null);
    byId("dead-first").disabled = after === "";
    byId("dead-on").disabled = next === null;
    nameButtons();
  }

  async function actOnAll(what) {
    const button = byId(`dead-${what}`);
    fail("");
    const done = await act(button, `/api/dead/${what}`, {}, { told, problem: byId("dead-problem"), before: () => choose(what) });
    if (!done) return;
    chosen.clear();
    load();
  }

  async function choose(what) {
    let found = { ids: [...chosen], more: false };
    try {
      if (!chosen.size) found = await get("/api/dead/chosen", marks());
    } catch (problem) {
      fail(problem.message);
      return null;
    }
    if (found.ids.length === 0) {
      fail("no dead letter has these marks any more");
      return null;
    }
    const number = counted(found.ids.length, "dead letter", "dead letters");
    const rest = found.more ? " These are the oldest; there are more, for which you do it again." : "";
    const replay = what === "replay";
    const text = replay
      ? `They go back on the queue with their ids, behind what waits now, at their Pages' rates.${rest}`
      : `Their messages are never sent. This cannot be undone.${rest}`;
    const { sure, checked } = await confirmed({
      title: `${replay ? "Replay" : "Drop"} ${number}?`,
      text,
      yes: `${replay ? "Replay" : "Drop"} ${number}`,
      danger: !replay,
      check: replay ? DOUBT : "",
    });
    return sure ? { ids: found.ids, ...(replay ? { doubtful: checked } : {}) } : null;
  }
}

function marks() {
  const given = Object.fromEntries(new FormData(byId("marks")));
  const [name, value] = (given.age || "=").split("=");
  delete given.age;
  if (name) given[name] = value;
  return Object.fromEntries(Object.entries(given).filter(([, each]) => each.trim() !== ""));
}

function fail(sentence) {
  setText(byId("dead-problem"), sentence);
  show(byId("dead-problem"), sentence !== "");
}

function makeCause(cause, narrow) {
  const cells = ["name", "num", "num", "num", "tight", "text", "acts"].map((name) => el("td", { class: name }));
  const [kind, code, letters, pages, latest, reason, acts] = cells;
  const label = `Show these dead letters: cause ${cause.kind}${cause.code === null ? "" : ` ${cause.code}`}`;
  acts.append(el("button", { type: "button", "aria-label": label, on: { click: () => narrow(cause) } }, "Show these"));
  return {
    row: el("tr", {}, ...cells),
    update: ({ cause: now, at }) => {
      setText(kind, now.kind);
      setText(code, now.code === null ? "–" : String(now.code));
      setText(letters, count(now.letters));
      setText(pages, count(now.pages));
      setText(latest, ago(now.latest, at));
      setTitle(latest, moment(now.latest));
      setText(reason, now.reason ?? "its outcome is no longer kept");
    },
  };
}

function makeRow(letter, again, mark) {
  const cells = ["choose acting", "tight", "id", "tight minor", "tight", "num minor", "num", "text", "acts"].map((name) => el("td", { class: name }));
  const [choose, ended, page, type, outcome, attempts, code, reason, acts] = cells;
  const box = el("input", { type: "checkbox", "aria-label": `Choose dead letter ${letter.id}` });
  box.addEventListener("change", () => mark(letter.id, box.checked));
  choose.append(box);
  const problem = el("span", { class: "problem", role: "alert", hidden: "" });
  const button = (label, does, ...classes) => {
    const node = el("button", { type: "button", class: classes.join(" "), "aria-label": `${label.replace("…", "")} dead letter ${letter.id}` }, label);
    node.addEventListener("click", () => does(node));
    return node;
  };
  const run = (what, before) => async (node) => {
    if (await act(node, `/api/dead/${what}`, { ids: [letter.id] }, { told, problem, before })) again(letter.id);
  };
  acts.append(
    button("Details", () => openLetter(letter.id)),
    button("Replay", run("replay", letter.doubtful ? () => askDoubtful() : null), "acting"),
    button("Drop…", run("drop", () => askDrop()), "acting", "danger"),
    problem,
  );
  return {
    row: el("tr", {}, ...cells),
    update: ({ letter: now, at, chosen }) => {
      box.checked = chosen;
      setText(ended, ago(now.at, at));
      setTitle(ended, moment(now.at));
      setText(page, now.page || "?");
      setTitle(page, now.page);
      setText(type, now.type || "?");
      setText(outcome, now.outcome ?? "?");
      setText(attempts, count(now.attempts));
      setText(code, now.answer.code === undefined ? "–" : String(now.answer.code));
      setText(reason, (now.reason ?? "its outcome is no longer kept") + (now.doubtful ? " (may have arrived)" : ""));
    },
  };
}

async function askDoubtful() {
  const text = "It may have arrived already. Replaying it may bring it to the person twice.";
  const { sure } = await confirmed({ title: "Replay 1 dead letter?", text, yes: "Replay it all the same" });
  return sure ? { doubtful: true } : null;
}

async function askDrop() {
  const { sure } = await confirmed({ title: "Drop 1 dead letter?", text: "Its message is never sent. This cannot be undone.", yes: "Drop 1 dead letter" });
  return sure ? {} : null;
}

async function openLetter(id) {
  const dialog = byId("letter");
  const problem = dialog.querySelector(".problem");
  const fill = async (question) => {
    show(problem, false);
    try {
      draw(await question());
    } catch (error) {
      setText(problem, error.message);
      show(problem, true);
    }
  };
  byId("letter-body").replaceChildren("Loading…");
  byId("letter-content").onclick = async () => {
    if (await signedIn()) await fill(() => post("/api/dead/content", { id }));
  };
  dialog.showModal();
  await fill(() => get("/api/dead/letter", { id }));

  function draw(shown) {
    const { letter } = shown;
    const parts = [
      facts([
        ["Id", el("span", { class: "id" }, letter.id)],
        ["Ended", `${letter.outcome ?? "its outcome is no longer kept"}, ${moment(letter.at)}`],
        ["Page", letter.page],
        ["Lane", letter.lane],
        ["Type", letter.type],
        ["Reason", letter.reason],
        ["Recipient", shown.recipient],
      ]),
      attempts(shown.history),
    ];
    const hasContent = shown.content !== null && shown.content !== undefined;
    if (hasContent) parts.push(el("pre", { tabindex: "0", "aria-label": "Content" }, JSON.stringify(shown.content, null, 2)));
    else parts.push(el("p", { class: "why" }, "What was written, and to whom, is hidden."));
    show(byId("letter-content"), !hasContent);
    byId("letter-body").replaceChildren(...parts);
  }
}

export function attempts(history) {
  if (!history.length) return el("p", { class: "why" }, "No attempt is recorded.");
  return facts(history.map((each) => [moment(each.at), [each.reason ?? "no reason is kept", codes(each.answer)].filter(Boolean).join(" ")]));
}

export const codes = (answer) => {
  const known = Object.entries(answer ?? {}).map(([name, value]) => `${name} ${value}`);
  return known.length ? `(${known.join(", ")})` : "";
};
