// The figures at the top: throughput, latency, what waits, workers, what ended.

import { byId, setText } from "./dom.js";
import { spark } from "./spark.js";
import { count, counted, milliseconds, perSecond } from "./words.js";

export function nowView() {
  const sentSpark = spark(byId("sent-spark"));
  const tookSpark = spark(byId("took-spark"));
  return (live) => {
    const { totals, rates, history } = live;
    setText(byId("sent"), rates ? perSecond(rates.sent_per_s) : "–");
    setText(byId("sent-note"), rates ? `${perSecond(rates.failed_per_s)} not sent, ${perSecond(rates.retried_per_s)} deferred` : "counting…");
    sentSpark(history.sent_per_s, "Sent a second in the last two minutes");
    const took = rates?.took;
    setText(byId("took"), took ? milliseconds(took.typical_ms) : "–");
    setText(byId("took-note"), took ? `typical; longest ${milliseconds(took.longest_ms)} in a minute` : "nothing was sent in the last minute");
    tookSpark(history.typical_ms, "Typical time from enqueueing to sent in the last two minutes");
    setText(byId("open"), count(totals.not_ended));
    const places = [[totals.waiting, "waiting"], [totals.later, "later"], [totals.taken, "with workers"], [totals.parked, "parked"]];
    setText(byId("open-note"), places.filter(([number]) => number).map(([number, name]) => `${count(number)} ${name}`).join(", ") || "nothing waits");
    setText(byId("alive"), count(totals.workers_alive));
    setText(byId("alive-note"), workersNote(totals));
    setText(byId("ended"), count(totals.ended.sent));
    const others = Object.entries(totals.ended).filter(([name, number]) => name !== "sent" && number);
    setText(byId("ended-note"), others.map(([name, number]) => `${count(number)} ${name}`).join(", ") || "nothing ended otherwise");
  };
}

function workersNote(totals) {
  if (totals.workers_alive === 0) return "none runs: start one with `outbound worker`";
  const notes = [totals.workers_alive === 1 ? "process is alive" : "processes are alive"];
  if (totals.workers_silent) notes.push(`${count(totals.workers_silent)} silent`);
  if (totals.unserved) notes.push(`${counted(totals.unserved, "Page", "Pages")} without a token`);
  return notes.join(", ");
}
