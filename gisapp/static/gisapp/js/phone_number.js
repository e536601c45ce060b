// Shows a masked number for 30 s. Without script the same form leads to a page.

import { formatRemaining } from "gisapp/remaining";
import { t } from "gisapp/texts";
import { toast } from "gisapp/toast";

async function reveal(form, pressed) {
  const holder = form.closest("[data-masked]");
  const answer = await fetch(form.action, {
    method: "POST",
    body: new FormData(form, pressed),
    headers: { Accept: "application/json" },
  });
  const { phone, seconds = 30, error } = await answer.json();
  if (error) {
    toast(error, { error: true });
    return;
  }
  if (!answer.ok) throw new Error(String(answer.status));
  hideAgainAfter(holder, form.closest("details") ?? form, phone, seconds);
}

function hideAgainAfter(holder, asked, phone, seconds) {
  const number = holder.querySelector(".masked__number");
  const left = document.createElement("span");
  left.className = "chip chip--warn";
  number.textContent = phone;
  asked.hidden = true;
  asked.removeAttribute("open");
  holder.append(left);
  const until = Date.now() + seconds * 1000;
  const timer = setInterval(tick, 250);
  function tick() {
    const rest = until - Date.now();
    left.textContent = t("masked_again", { time: formatRemaining(Math.max(rest, 0), () => "") });
    if (rest > 0) return;
    clearInterval(timer);
    left.remove();
    number.textContent = holder.dataset.masked;
    asked.hidden = false;
  }
  tick();
}

/** Wire every [data-reveal] form. */
export function startPhoneNumbers() {
  document.addEventListener("submit", (event) => {
    const form = event.target.closest("form[data-reveal]");
    if (!form) return;
    event.preventDefault();
    reveal(form, event.submitter).catch(() => toast(t("reveal_failed"), { error: true }));
  });
}
