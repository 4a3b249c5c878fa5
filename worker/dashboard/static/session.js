// Who may act: signing in and out, and dialogs that ask before anything is lost.

import { post, session } from "./api.js";
import { byId, setText, show } from "./dom.js";

let now = { can_act: false, can_sign_in: false, must_log_in: false, logged_in: false, acts: false, who: "", name: "" };
let waiting = [];

export const mustLogIn = () => now.must_log_in;

export async function refresh() {
  now = await session();
  const acts = now.can_act && (now.acts || !now.logged_in);
  document.body.classList.toggle("can-act", acts);
  setText(byId("name"), now.name === "outbound" ? "" : now.name);
  setText(byId("access"), [now.who, acts ? "" : now.logged_in ? "looks only" : "Read-only"].filter(Boolean).join(", "));
  byId("access").title = acts ? "" : now.can_act ? "Sign in with OUTBOUND_DASHBOARD_TOKEN to act." : "Set OUTBOUND_DASHBOARD_TOKEN where the dashboard runs, and start it again, to act.";
  setText(byId("sign"), now.logged_in ? "Sign out" : "Sign in");
  show(byId("sign"), now.can_sign_in);
  if (now.must_log_in) document.body.dataset.state = "locked";
  else if (document.body.dataset.state === "locked") document.body.dataset.state = "loading";
  return now;
}

// Resolves to true once somebody is signed in, to false when they would not.
export async function signedIn() {
  if (now.logged_in) return true;
  const dialog = byId("login");
  if (!dialog.open) {
    dialog.querySelector("[type=password]").value = "";
    tell(dialog, "");
    show(dialog.querySelector("[data-close]"), !now.must_log_in);
    dialog.showModal();
  }
  return new Promise((resolve) => waiting.push(resolve));
}

function settle(outcome) {
  for (const resolve of waiting.splice(0)) resolve(outcome);
}

function tell(dialog, sentence) {
  const problem = dialog.querySelector(".problem");
  setText(problem, sentence);
  show(problem, sentence !== "");
}

async function logIn(event) {
  event.preventDefault();
  const dialog = byId("login");
  const button = dialog.querySelector("[type=submit]");
  button.disabled = true;
  tell(dialog, "");
  try {
    await post("/api/login", { token: dialog.querySelector("[type=password]").value, name: dialog.querySelector("[name=username]").value.trim() });
    await refresh();
    dialog.close();
    settle(true);
  } catch (problem) {
    tell(dialog, problem.message);
    dialog.querySelector("[type=password]").select();
  } finally {
    button.disabled = false;
  }
}

export function begin() {
  byId("login-form").addEventListener("submit", logIn);
  byId("login").addEventListener("cancel", (event) => now.must_log_in && event.preventDefault());
  byId("login").addEventListener("close", () => {
    byId("login").querySelector("[type=password]").value = "";
    settle(now.logged_in);
  });
  byId("sign").addEventListener("click", async () => {
    if (!now.logged_in) return signedIn();
    await post("/api/logout").catch(() => {});
    await refresh().catch(() => {});
    return now.must_log_in ? signedIn() : undefined;
  });
  for (const button of document.querySelectorAll("[data-close]")) {
    button.addEventListener("click", () => button.closest("dialog").close());
  }
}

// Asks before an act; resolves to {sure, checked}.
export function confirmed({ title, text, yes, danger = true, check = "" }) {
  const dialog = byId("confirm");
  setText(byId("confirm-h"), title);
  setText(byId("confirm-text"), text);
  setText(byId("confirm-yes"), yes);
  byId("confirm-yes").className = danger ? "danger sure" : "primary";
  const box = byId("confirm-check");
  show(box, check !== "");
  setText(box.querySelector("span"), check);
  box.querySelector("input").checked = false;
  dialog.returnValue = "";
  byId("confirm-yes").value = "yes";
  dialog.showModal();
  return new Promise((resolve) => {
    dialog.addEventListener(
      "close",
      () => resolve({ sure: dialog.returnValue === "yes", checked: box.querySelector("input").checked }),
      { once: true },
    );
  });
}

// Carries out one act: success is told at the section's head, a problem beside the button that was pressed.
export async function act(button, path, body, { told, problem = null, before = null }) {
  const say = (node, sentence, bad) => {
    node.classList.toggle("bad", bad);
    setText(node, sentence);
    if (node === problem) show(node, sentence !== "");
  };
  setText(told, "");
  if (problem) say(problem, "", false);
  if (!(await signedIn())) return false;
  const extra = before ? await before() : {};
  if (extra === null) return false;
  button.disabled = true;
  try {
    const answer = await post(path, { ...body, ...extra });
    say(told, answer.sentence, false);
    return true;
  } catch (error) {
    if (error.status === 401 || error.status === 403) await refresh().catch(() => {});
    say(problem ?? told, error.message, true);
    return false;
  } finally {
    button.disabled = false;
  }
}
