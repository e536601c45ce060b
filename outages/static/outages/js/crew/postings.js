// Notices put up and nodes of the works done: kept in the phone first, told second, as steps are.

import { serverNow } from "gisapp/server_time";
import { say } from "outages/crew/words";

/** What a posting's form says, as an item of the queue. */
export function postingSaid(form, { order, user, key }) {
  const row = form.closest("[data-posting]");
  const fields = new FormData(form);
  const photo = fields.get("photo");
  return {
    client_key: key,
    kind: "posting",
    order,
    user,
    url: form.getAttribute("action"),
    posting: row.dataset.posting,
    valve: row.dataset.place,
    remark: fields.get("remark") ?? "",
    photo: photo instanceof File && photo.size > 0 ? photo : null,
    done_at: Math.round(serverNow()),
    state: "waiting",
  };
}

/** The body that tells the server of it. */
export function postingBody(item) {
  const body = new FormData();
  body.append("client_key", item.client_key);
  body.append("remark", item.remark);
  body.append("done_at", String(item.done_at));
  if (item.photo) body.append("photo", item.photo, "photo.jpg");
  return body;
}

/** Show which places are told already and only wait for a signal. */
export function showPostings(root, items) {
  const kept = new Map(items.filter(({ kind }) => kind === "posting").map((item) => [String(item.posting), item]));
  for (const row of root.querySelectorAll("[data-posting]")) {
    const item = kept.get(row.dataset.posting);
    const form = row.querySelector("[data-posting-form]");
    const waits = item !== undefined && !item.state.endsWith("refused");
    if (form) form.hidden = waits;
    const end = row.querySelector("[data-posting-end]");
    end.dataset.written ??= end.innerHTML;
    if (waits) end.textContent = say("to_send");
    else end.innerHTML = end.dataset.written;
  }
}
