// Tells the server what is in the queue, in order. Sending twice is harmless: each tap has its key.

import { postingBody } from "outages/crew/postings";
import { change, forget, said } from "outages/crew/queue";

const TIMEOUT_MS = 15_000;

export class SignedOut extends Error {}

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
  if (answer.redirected || answer.status === 403) throw new SignedOut();
  return answer;
}

function asTold({ operation, client_key, result, cannot_reason, turns, remark, done_at }) {
  return { operation, client_key, result, cannot_reason, turns, remark, done_at };
}

async function tell(url, items, cookie) {
  const body = JSON.stringify({ items: items.map(asTold) });
  const answer = await post(url, body, { cookie, json: true });
  if (!answer.ok) throw new Error(String(answer.status));
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
  if (answer.status >= 500) throw new Error(String(answer.status));
  const { error = String(answer.status) } = await answer.json().catch(() => ({}));
  return change(item.client_key, { state: "photo-refused", why: error, photo: null });
}

/** A refused posting keeps its photo: it may be told again. */
async function sendPosting(item, cookie) {
  const answer = await post(item.url, postingBody(item), { cookie, json: false });
  if (answer.ok) return forget(item.client_key);
  if (answer.status >= 500) throw new Error(String(answer.status));
  const { error = String(answer.status) } = await answer.json().catch(() => ({}));
  return change(item.client_key, { state: "refused", why: error });
}

/** Send what waits. Returns how many were told; throws SignedOut, or any error without signal. */
export async function flush(user, cookie) {
  const items = await said(user);
  const everything = items.filter(({ state }) => state === "waiting");
  const waiting = everything.filter(({ kind }) => kind !== "posting");
  for (const url of new Set(waiting.map(({ batch }) => batch))) {
    await tell(url, waiting.filter(({ batch }) => batch === url), cookie);
  }
  const photos = (await said(user)).filter(({ state }) => state === "photo");
  for (const item of photos) await sendPhoto(item, cookie);
  for (const item of everything.filter(({ kind }) => kind === "posting")) await sendPosting(item, cookie);
  return everything.length + photos.length;
}
