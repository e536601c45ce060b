// Ticks every [data-countdown]. The server decides what is a breach; this only shows time.

import { announce } from "gisapp/live";
import { formatRemaining, shareUsed, stageOf } from "gisapp/remaining";
import { serverNow } from "gisapp/server_time";
import { t } from "gisapp/texts";

const daysHours = (days, hours) => t("days_hours", { days, hours });

function tick(element, now) {
  const { due, start, warn } = element.dataset;
  const dueMs = Date.parse(due);
  if (Number.isNaN(dueMs)) return;
  const text = formatRemaining(dueMs - now, daysHours);
  const time = element.querySelector(".countdown__time");
  if (time.textContent !== text) time.textContent = text;
  const stage = stageOf(now, dueMs, Number(warn || 0) * 1000);
  if (stage !== element.dataset.stage) {
    element.dataset.stage = stage;
    tell(element, stage, text);
  }
  const share = shareUsed(now, start ? Date.parse(start) : null, dueMs);
  if (share !== null) {
    element.querySelector(".bar rect")?.setAttribute("width", `${(share * 100).toFixed(1)}%`);
  }
}

function tell(element, stage, text) {
  const name = element.dataset.name || element.querySelector(".countdown__note")?.textContent || "";
  if (stage === "warn") announce(t("deadline_warn", { name, time: text }));
  if (stage === "late") announce(t("deadline_late", { name }), { assertive: true });
}

/** Start ticking; elements that htmx swaps in later are found by themselves. */
export function startCountdowns() {
  const all = () => {
    const now = serverNow();
    document.querySelectorAll("[data-countdown]").forEach((element) => tick(element, now));
  };
  all();
  setInterval(all, 1000);
}
