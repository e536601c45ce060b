// Shows the steps as they stand: lines, the one card, the segments and the counts.

import { icon, spriteHref } from "gisapp/icons";
import { serverNow } from "gisapp/server_time";
import { asOf } from "outages/crew/as_of";
import { counts, currentStep, inTime, standing } from "outages/crew/standing";
import { say } from "outages/crew/words";

const NS = "http://www.w3.org/2000/svg";
const GLYPHS = { done: "done", failed: "valve-inoperable", left_closed: "valve-closed" };

function clock(ms) {
  return new Date(ms).toLocaleTimeString("zh-CN", { hour: "2-digit", minute: "2-digit", hour12: false });
}

function glyph(kind) {
  const svg = document.createElementNS(NS, "svg");
  svg.setAttribute("class", `glyph glyph--${kind}`);
  svg.setAttribute("viewBox", "0 0 24 24");
  svg.setAttribute("aria-hidden", "true");
  const use = document.createElementNS(NS, "use");
  use.setAttribute("href", spriteHref(`glyph-${kind}`));
  svg.append(use);
  return svg;
}

/** The steps as the server wrote them. */
export function readSteps(root) {
  return [...root.querySelectorAll("[data-step]")].map((element) => ({
    id: Number(element.dataset.step),
    valve: element.dataset.valve,
    status: element.dataset.status,
    opening: element.dataset.opening === "yes",
    action: element.dataset.action,
    waitsFor: element.dataset.waitsFor ?? "",
    outlet: "outlet" in element.dataset,
    element,
  }));
}

function showRow(step, undo) {
  const row = step.element.querySelector("[data-row]");
  row.dataset.written ??= row.innerHTML;
  if (!step.item) {
    if ("changed" in row.dataset) row.innerHTML = row.dataset.written;
    delete row.dataset.changed;
    return;
  }
  row.dataset.changed = "";
  row.querySelector("[data-glyph]").replaceChildren(glyph(GLYPHS[step.status]));
  const what = step.status === "done" ? step.element.dataset.doneWord : say("cannot");
  const noted = step.outlet ? step.item.remark : "";
  const more = step.item.turns ? say("turns", { n: step.item.turns }) : step.item.reason_text || noted;
  row.querySelector("[data-note]").textContent = more ? `${what} · ${more}` : what;
  const end = row.querySelector("[data-end]");
  if (step.item.state === "held") end.replaceChildren(undoButton(step, undo));
  else end.replaceChildren(waitingMark());
}

function undoButton(step, undo) {
  const button = document.createElement("button");
  button.type = "button";
  button.className = "button button--small";
  button.append(icon("close"), say("undo"));
  button.setAttribute("aria-label", `${say("undo")} ${step.valve}`);
  button.addEventListener("click", () => undo(step.item));
  return button;
}

function waitingMark() {
  const mark = document.createElement("strong");
  mark.className = "is-warn";
  mark.textContent = say("to_send");
  return mark;
}

/** Write where everything stands into the page; returns the current step or null. */
export function showSteps(root, items, { chosen, undo }) {
  const steps = standing(readSteps(root), items);
  const answering = root.dataset.answers === "yes";
  // The server leaves out of a stuck plan what need not be closed any more.
  const allowed = steps.filter(({ element }) => root.dataset.phase !== "stuck" || "current" in element.dataset);
  const current = answering ? currentStep(inTime(allowed, steps), chosen) : null;
  for (const step of steps) {
    const card = step.element.querySelector("[data-card]");
    const isCurrent = current?.id === step.id && card !== null;
    if (card) card.hidden = !isCurrent;
    step.element.querySelector("[data-row]").hidden = isCurrent;
    showRow(step, undo);
    const segment = root.querySelector(`[data-segment="${step.id}"]`);
    segment?.classList.toggle("is-done", ["done", "left_closed"].includes(step.status));
    segment?.classList.toggle("is-failed", step.status === "failed");
    segment?.classList.toggle("is-now", isCurrent);
  }
  showCounts(root, steps, current, answering);
  return current;
}

function showCounts(root, steps, current, answering) {
  const place = root.querySelector("[data-counts]");
  const valves = steps.filter(({ outlet }) => !outlet);
  const opening = valves.some(({ action }) => action === "open");
  if (place) place.textContent = say(opening ? "counts_open" : "counts_close", counts(valves));
  const told = root.querySelector("[data-all-told]");
  if (!told) return;
  told.hidden = !(answering && current === null && steps.some(({ item }) => item));
  told.querySelector("span").textContent = say("all_told");
}

/** Write the state of the connection: how many actions wait, since when the plan is known. */
export function showConnection(root, { online, waiting, signedOut, signIn, known }) {
  const box = root.querySelector("[data-offline]");
  if (!box) return;
  const title = box.querySelector("[data-offline-title]");
  const text = box.querySelector("[data-offline-text]");
  box.hidden = online && waiting === 0 && !signedOut;
  if (box.hidden) return;
  if (signedOut) {
    const link = document.createElement("a");
    link.href = signIn;
    link.textContent = say("sign_in");
    title.textContent = say("signed_out");
    text.replaceChildren(link);
    return;
  }
  const held = waiting === 1 ? say("waiting_one") : say("waiting", { n: waiting });
  title.textContent = online ? say("sending", { n: waiting }) : say("offline");
  text.textContent = waiting === 0 ? say("offline_none") : held;
  const age = box.querySelector("[data-as-of]");
  age.hidden = online || !known;
  if (!age.hidden) age.textContent = say(...asOf(known, serverNow()));
}

/** List what the server did not take; each stays until somebody has read it. */
export function showConflicts(items, forget) {
  const place = document.getElementById("crew-conflicts");
  place?.replaceChildren(...items.map((item) => conflict(item, forget)));
}

function conflict(item, forget) {
  const box = document.createElement("div");
  box.className = "banner banner--danger";
  box.setAttribute("role", "alert");
  const inner = document.createElement("div");
  const text = document.createElement("strong");
  const key = item.state === "photo-refused" ? "photo_failed" : "refused";
  text.textContent = say(key, { valve: item.valve, why: item.why });
  const when = document.createElement("p");
  when.textContent = clock(item.done_at);
  const button = document.createElement("button");
  button.type = "button";
  button.className = "button";
  button.textContent = say("forget");
  button.addEventListener("click", () => forget(item));
  inner.append(text, when, button);
  box.append(icon("warning"), inner);
  return box;
}
