// Questions and acts. The token itself is sent once, in the body of the sign-in, and kept nowhere.

const SLOW_MS = 20000;
let csrf = "";

export class Problem extends Error {
  constructor(sentence, status = 0, since = null) {
    super(sentence);
    this.status = status;
    this.since = since;
  }
}

async function ask(path, options) {
  let answer;
  try {
    answer = await fetch(path, { credentials: "same-origin", cache: "no-store", redirect: "error", ...options });
  } catch {
    throw new Problem("the dashboard does not answer: is `outbound dashboard` still running?");
  }
  const told = await answer.json().catch(() => ({}));
  if (!answer.ok) throw new Problem(told.problem || `the dashboard answered ${answer.status}`, answer.status, told.since ?? null);
  return told;
}

export function get(path, query = {}) {
  const search = new URLSearchParams(Object.entries(query).filter(([, value]) => value !== ""));
  return ask(`${path}?${search}`, { signal: AbortSignal.timeout(SLOW_MS) });
}

export function post(path, body = {}) {
  return ask(path, {
    method: "POST",
    headers: { "Content-Type": "application/json", "X-CSRF-Token": csrf },
    body: JSON.stringify(body),
  });
}

export async function session() {
  const told = await get("/api/session");
  csrf = told.csrf;
  return told;
}
