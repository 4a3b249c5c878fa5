// Asks for everything once a second while somebody looks, and says so when there is no answer.

import { get } from "./api.js";
import { broadcastsView } from "./broadcasts.js";
import { deadView } from "./dead.js";
import { byId, nameTables, setText, show } from "./dom.js";
import { explainView } from "./explain.js";
import { holdsView } from "./holds.js";
import { hourView } from "./hour.js";
import { lanesView } from "./lanes.js";
import { actsView, laterView, workersView } from "./lists.js";
import { nowView } from "./now.js";
import { begin, mustLogIn, refresh, signedIn } from "./session.js";
import { troublesView } from "./troubles.js";
import { clock, secondsBetween, span } from "./words.js";

const EVERY_MS = 1000;
const lanes = lanesView(again);
const holds = holdsView(again);
const broadcasts = broadcastsView(again);
const dead = deadView();
const views = [troublesView(), nowView(), hourView(), lanes.update, holds.update, broadcasts.update, dead.update, workersView(), laterView(), actsView()];
let timer = 0;
let asking = false;
let askAgain = false;
let awaySince = null;

function again() {
  clearTimeout(timer);
  if (asking) askAgain = true;
  else poll();
}

async function poll() {
  asking = true;
  try {
    draw(await get("/api/live", { ...lanes.ask, ...holds.ask, ...broadcasts.ask }));
  } catch (problem) {
    fail(problem);
  }
  asking = false;
  clearTimeout(timer);
  if (!document.hidden && !mustLogIn()) timer = setTimeout(poll, askAgain ? 0 : EVERY_MS);
  askAgain = false;
}

function draw(live) {
  if (awaySince) {
    awaySince = null;
    dead.again();
  }
  document.body.dataset.state = "live";
  show(byId("banner"), false);
  for (const view of views) view(live);
}

function fail(problem) {
  if (problem.status === 401) {
    lock();
    return;
  }
  awaySince ??= problem.since ?? new Date().toISOString();
  document.body.dataset.state = "stale";
  const banner = byId("banner");
  const since = `since ${clock(awaySince)}, for ${span(Math.round(secondsBetween(awaySince, new Date())))}`;
  setText(banner, `No answer ${since}. ${sentence(problem.message)} What is shown is old.`);
  show(banner, true);
  // what is shown is old: nothing of it is on its way
  for (const each of document.querySelectorAll(".empty, .note")) if (each.textContent === "Loading…") setText(each, "Not known yet.");
}

const sentence = (text) => `${text.charAt(0).toUpperCase()}${text.slice(1)}${/[.?!]$/.test(text) ? "" : "."}`;

async function lock() {
  await refresh().catch(() => {});
  if (mustLogIn() && (await signedIn())) again();
}

async function start() {
  try {
    await refresh();
  } catch (problem) {
    fail(problem);
    setTimeout(start, EVERY_MS);
    return;
  }
  if (mustLogIn()) await signedIn();
  poll();
}

begin();
nameTables();
explainView();
document.addEventListener("visibilitychange", () => !document.hidden && again());
start();
