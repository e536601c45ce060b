// Tells the server what is in the queue, in order. Sending twice is harmless: each tap has its key.

import { postingBody } from "outages/crew/postings";
import { change, forget, said } from "outages/crew/queue";
import { say } from "outages/crew/words";

const TIMEOUT_MS = 15_000;
// A request that outlives its page may hold 64 KB: so many answers with the longest remarks.
const MOST_AT_ONCE = 40;
// Refused now, but not for good.
const LATER = new Set([408, 425, 429]);

export class SignedOut extends Error {}

/** The server answered, but could not take it now. */
class NotNow extends Error {}

function token(cookie) {
  const found = document.cookie.split("; ").find((part) => part.startsWith(`${cookie}=`));
  return found ? decodeURIComponent(found.slice(cookie.length + 1)) : "";
}

async function post(url, body, { cookie, json }) {
  const headers = { "X-CSRFToken": token(cookie), Accept: "application/json" };
  if (json) headers["Content-Type"] = "application/json";
  const answer = await fetch(url, {
    method: "POST", body, headers, keepalive: json, signal: AbortSignal.timeout(TIMEOUT_MS),
  });
  if (answer.redirected || [401, 403].includes(answer.status)) throw new SignedOut();
  if (answer.status >= 500 || LATER.has(answer.status)) throw new NotNow(String(answer.status));
  return answer;
}

/** Why the server does not take it, however often it is asked. */
async function reason(answer) {
  const { error } = await answer.json().catch(() => ({}));
  return error ?? (answer.status === 404 ? say("not_yours") : String(answer.status));
}

function asTold({ operation, client_key, result, cannot_reason, turns, remark, done_at }) {
  return { operation, client_key, result, cannot_reason, turns, remark, done_at };
}

async function tell(url, items, cookie) {
  const body = JSON.stringify({ items: items.map(asTold) });
  const answer = await post(url, body, { cookie, json: true });
  if (!answer.ok) {
    // The order went to another crew, say: what waits for it must not hold up the others.
    const why = await reason(answer);
    for (const { client_key } of items) await change(client_key, { state: "refused", why });
    return;
  }
  const { outcomes } = await answer.json();
  for (const { client_key, outcome, text } of outcomes) {
    const item = items.find((each) => each.client_key === client_key);
    if (outcome === "refused") await change(client_key, { state: "refused", why: text });
    else if (item?.photo) await change(client_key, { state: "photo" });
    else await forget(client_key);
  }
}

async function sendPhoto(item, cookie) {
  const body = new FormData();
  body.append("photo", item.photo, "photo.jpg");
  const answer = await post(item.photo_url, body, { cookie, json: false });
  if (answer.ok) return forget(item.client_key);
  return change(item.client_key, { state: "photo-refused", why: await reason(answer), photo: null });
}

/** A refused posting keeps its photo: it may be told again. */
async function sendPosting(item, cookie) {
  const answer = await post(item.url, postingBody(item), { cookie, json: false });
  if (answer.ok) return forget(item.client_key);
  return change(item.client_key, { state: "refused", why: await reason(answer) });
}

/** Do one thing after the other; what is not taken now holds up none of the rest. */
async function inTurn(things, send) {
  let later = null;
  for (const thing of things) {
    try {
      await send(thing);
    } catch (error) {
      if (!(error instanceof NotNow)) throw error;
      later ??= error;
    }
  }
  if (later) throw later;
}

/** The answers to steps by order, so many at once. */
function batches(items) {
  return [...new Set(items.map(({ batch }) => batch))].flatMap((url) => {
    const mine = items.filter(({ batch }) => batch === url);
    const starts = mine.map((_, i) => i).filter((i) => i % MOST_AT_ONCE === 0);
    return starts.map((i) => ({ url, items: mine.slice(i, i + MOST_AT_ONCE) }));
  });
}

/** Send what waits. Returns how many were told; throws SignedOut, or any error without signal. */
export async function flush(user, cookie) {
  const everything = (await said(user)).filter(({ state }) => state === "waiting");
  const steps = everything.filter(({ kind }) => kind !== "posting");
  await inTurn(batches(steps), ({ url, items }) => tell(url, items, cookie));
  const photos = (await said(user)).filter(({ state }) => state === "photo");
  await inTurn(photos, (item) => sendPhoto(item, cookie));
  await inTurn(everything.filter(({ kind }) => kind === "posting"), (item) => sendPosting(item, cookie));
  return everything.length + photos.length;
}
