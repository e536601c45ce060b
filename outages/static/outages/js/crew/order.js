// One order on the phone: every tap is kept first and told second, so that it works without signal.

import { announce } from "gisapp/live";
import { newKey } from "gisapp/new_key";
import { learnTime, pageWritten, serverNow } from "gisapp/server_time";
import { isOld } from "outages/crew/as_of";
import { postingSaid, showPostings } from "outages/crew/postings";
import { change, forget, keep, said } from "outages/crew/queue";
import { flush, SignedOut } from "outages/crew/sending";
import { placeSnippet, planChanged } from "outages/crew/snippet";
import { untold } from "outages/crew/standing";
import { showConflicts, showConnection, showSteps } from "outages/crew/steps";

const HOLD_MS = 5000;
const RETRY_MS = 10_000;
const LOOK_AGAIN_MS = 15_000;

let root = document.getElementById("order");
let chosen = null;
let online = navigator.onLine;
let signedOut = false;
let sending = false;
const taking = new WeakSet(); // forms whose tap is being kept
// When the server last said what the plan is; a page from the phone's store is as old as it says.
let known = pageWritten();
const user = root.dataset.user;

async function mine() {
  return (await said(user)).filter(({ order }) => order === root.dataset.order);
}

async function show() {
  const items = await mine();
  const all = untold(await said(user));
  const current = showSteps(root, items.filter(({ kind }) => kind !== "posting"), { chosen, undo });
  showPostings(root, items);
  showConnection(root, { online, waiting: all.length, signedOut, signIn: `${root.dataset.signIn}?next=${location.pathname}`, known });
  showConflicts(items.filter(({ state }) => state.endsWith("refused")), drop);
  placeSnippet(root, current);
}

async function undo(item) {
  await forget(item.client_key);
  chosen = item.operation;
  await show();
}

async function drop(item) {
  await forget(item.client_key);
  await show();
  await lookAgain({ always: true });
}

function answer(form, button) {
  const step = form.closest("[data-step]");
  const fields = new FormData(form);
  const reason = button?.name === "cannot_reason" ? button.value : "";
  const photo = fields.get("photo");
  return {
    client_key: newKey(),
    order: root.dataset.order,
    user,
    batch: root.dataset.batch,
    photo_url: `${form.getAttribute("action")}/photo`,
    operation: Number(step.dataset.step),
    valve: step.dataset.valve,
    result: reason ? "cannot" : "done",
    cannot_reason: reason,
    reason_text: reason ? button.textContent.trim() : "",
    turns: fields.get("turns") ? Number(fields.get("turns")) : null,
    remark: fields.get("remark") ?? "",
    photo: photo instanceof File && photo.size > 0 ? photo : null,
    done_at: Math.round(serverNow()),
    state: "held",
  };
}

/** Keep what a form says; a phone that has no room for it posts it as if there were no script. */
async function onSubmit(event) {
  const { submitter } = event;
  const form = event.target.closest("[data-posting-form], [data-step-form]");
  // Leaving a valve closed is the dispatcher's concern: that form goes straight to the server.
  if (!form || submitter?.value === "left_closed" || "straight" in form.dataset) return;
  event.preventDefault();
  if (taking.has(form)) return; // a second tap says nothing new
  taking.add(form);
  try {
    await take(form, submitter);
  } finally {
    taking.delete(form);
  }
}

async function take(form, submitter) {
  const isPosting = form.matches("[data-posting-form]");
  const item = isPosting
    ? postingSaid(form, { order: root.dataset.order, user, key: newKey() })
    : answer(form, submitter);
  try {
    await keep(item);
  } catch {
    form.dataset.straight = "";
    // Not within the first submit: a form that is being submitted takes no second one.
    setTimeout(() => form.requestSubmit(submitter), 0);
    return;
  }
  form.reset();
  await (isPosting ? afterPosting(form, item) : afterAnswer(form, item));
}

async function afterPosting(form, item) {
  const fold = form.closest("details"); // a node of the works has none
  if (fold) fold.open = false; // an open one keeps the page as it is
  await show();
  announce(item.valve);
  await send();
}

async function afterAnswer(form, item) {
  form.querySelectorAll("details").forEach((details) => (details.open = false));
  chosen = null;
  await show();
  root.querySelector("[data-card]:not([hidden])")?.scrollIntoView({ block: "nearest" });
  announce(`${item.valve} ${item.reason_text}`);
  setTimeout(() => release(item.client_key), HOLD_MS);
}

async function release(key) {
  const item = (await said(user)).find(({ client_key }) => client_key === key);
  if (item?.state !== "held") return;
  await change(key, { state: "waiting" });
  await show();
  await send();
}

/** The undo time is over for what a closed or hidden page left behind. */
async function releaseAll({ now = false } = {}) {
  for (const item of await said(user)) {
    const over = now || serverNow() - item.done_at > HOLD_MS;
    if (item.state === "held" && over) await change(item.client_key, { state: "waiting" });
  }
}

async function send() {
  if (sending) return;
  sending = true;
  try {
    const told = await flush(user, root.dataset.csrfCookie);
    online ||= told > 0; // an empty queue asks nobody
    signedOut &&= told === 0;
    if (told > 0) await lookAgain({ always: true });
  } catch (error) {
    signedOut = error instanceof SignedOut;
    online = signedOut;
  } finally {
    sending = false;
    await show();
  }
}

function signature(element) {
  const steps = [...element.querySelectorAll("[data-step]")].map(({ dataset }) => `${dataset.step}${dataset.status}`);
  const posted = [...element.querySelectorAll("[data-posting]")].map(({ dataset }) => `${dataset.posting}${dataset.status}`);
  const { phase, plan, superseded } = element.dataset;
  return [phase, plan, superseded, ...steps, ...posted].join("|");
}

function isBusy() {
  const typed = [...root.querySelectorAll("input:not([type=hidden]), textarea")].some(
    (field) => field === document.activeElement || (field.value && field.type !== "checkbox"),
  );
  return typed || root.querySelector("details[open]") !== null;
}

/** Take over every step but the one being answered, and postings: what is typed or unfolded stays. */
function takeOverTheRest(fresh) {
  for (const posting of fresh.querySelectorAll("[data-posting]")) {
    const old = root.querySelector(`[data-posting="${posting.dataset.posting}"]`);
    if (old && !old.querySelector("details[open]")) old.replaceWith(document.adoptNode(posting));
  }
  const answering = root.querySelector("[data-card]:not([hidden])")?.closest("[data-step]");
  for (const step of fresh.querySelectorAll("[data-step]")) {
    const old = root.querySelector(`[data-step="${step.dataset.step}"]`);
    if (old && old !== answering) old.replaceWith(document.adoptNode(step));
  }
}

/** Fetch the page again and swap it in if something changed: the next part, or a new plan. */
async function lookAgain({ always = false } = {}) {
  let answer;
  try {
    answer = await fetch(location.pathname, { headers: { Accept: "text/html" }, cache: "no-store" });
  } catch {
    online = false;
    return;
  }
  // Signed out, the plan on the screen is as old as one without signal: it says so.
  signedOut = answer.redirected;
  if (answer.redirected || !answer.ok) return;
  online = !answer.headers.has("X-From-Phone");
  const page = new DOMParser().parseFromString(await answer.text(), "text/html");
  const fresh = page.getElementById("order");
  if (fresh && online) {
    known = Number(page.documentElement.dataset.now);
    learnTime(known);
  }
  if (!fresh || !online || signature(fresh) === signature(root)) return;
  const mustStop = "superseded" in fresh.dataset;
  if (!mustStop && isBusy()) {
    if (always) takeOverTheRest(fresh);
    return;
  }
  root.replaceWith(document.adoptNode(fresh));
  root = fresh;
  chosen = null;
  planChanged();
  if (mustStop) location.reload();
}

document.addEventListener("submit", onSubmit);
document.addEventListener("click", (event) => {
  const choice = event.target.closest("[data-choose]");
  if (!choice) return;
  event.preventDefault();
  chosen = Number(choice.closest("[data-step]").dataset.step);
  show();
});
window.addEventListener("online", async () => {
  await send();
  await lookAgain();
  await show();
});
window.addEventListener("offline", () => {
  online = false;
  show();
});
document.addEventListener("visibilitychange", async () => {
  if (document.visibilityState !== "hidden") return;
  await releaseAll({ now: true });
  await send();
});

setInterval(async () => {
  await releaseAll();
  if (untold(await said(user)).some(({ state }) => state !== "held")) await send();
}, RETRY_MS);
setInterval(async () => {
  if (document.visibilityState === "hidden" || sending) return;
  await lookAgain();
  await show();
}, LOOK_AGAIN_MS);

// Before this line a tap posts the form, from here on it is kept and can be taken back.
document.documentElement.dataset.taps = "kept";

if ("superseded" in root.dataset === false) {
  placeSnippet(root, { element: root.querySelector("[data-current]") }); // before the phone's store answers
  await releaseAll();
  for (const item of await said(user)) {
    if (item.state === "held") setTimeout(() => release(item.client_key), HOLD_MS);
  }
  if (known && isOld(known, serverNow())) await lookAgain();
  await show();
  await send();
}
