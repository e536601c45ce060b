// Deadline arithmetic. Pure: no page, no clock. All times in milliseconds.

/**
 * Write a countdown: 0:34, 11:40, 1:06:00; a day and more through `daysHours(days, hours)`.
 * Overdue counts up with a plus sign: +3:12.
 */
export function formatRemaining(leftMs, daysHours) {
  const total = Math.floor(leftMs / 1000);
  const sign = total < 0 ? "+" : "";
  const seconds = Math.abs(total);
  const hours = Math.floor(seconds / 3600);
  const minutes = Math.floor((seconds % 3600) / 60);
  const two = (value) => String(value).padStart(2, "0");
  if (hours >= 24) return sign + daysHours(Math.floor(hours / 24), hours % 24);
  if (hours > 0) return `${sign}${hours}:${two(minutes)}:${two(seconds % 60)}`;
  return `${sign}${minutes}:${two(seconds % 60)}`;
}

/** Name the stage of a running deadline: running, warn (within warnMs of due) or late. */
export function stageOf(nowMs, dueMs, warnMs) {
  if (nowMs >= dueMs) return "late";
  return dueMs - nowMs <= warnMs ? "warn" : "running";
}

/** Share of the time used, 0 to 1; null when the start is not known or not before the end. */
export function shareUsed(nowMs, startMs, dueMs) {
  if (startMs === null || !(dueMs > startMs)) return null;
  return Math.min(Math.max((nowMs - startMs) / (dueMs - startMs), 0), 1);
}
