// How old the plan on the phone is, in words. Pure: milliseconds in, a text's key and values out.

const MINUTE_MS = 60_000;
const HOUR_MS = 3_600_000;
const OLD_MS = 2 * MINUTE_MS;
const ZONE = "Asia/Shanghai";

function clock(at, now) {
  const date = { month: "2-digit", day: "2-digit" };
  const time = { hour: "2-digit", minute: "2-digit", hourCycle: "h23", timeZone: ZONE };
  const day = (ms) => new Date(ms).toLocaleDateString("en-CA", { timeZone: ZONE });
  const isToday = day(at) === day(now);
  return new Date(at).toLocaleString("zh-CN", isToday ? time : { ...date, ...time }).replaceAll("/", "-");
}

/** The key and values of the text that says from when the plan is and how long ago that was. */
export function asOf(at, now) {
  const passed = Math.max(now - at, 0);
  const hours = Math.floor(passed / HOUR_MS);
  const minutes = Math.floor(passed / MINUTE_MS);
  const key = hours >= 1 ? "as_of_hours" : minutes >= 1 ? "as_of_minutes" : "as_of_now";
  return [key, { at: clock(at, now), hours, minutes: minutes - hours * 60 }];
}

/** Whether what is shown is old enough to say so. */
export function isOld(at, now) {
  return now - at >= OLD_MS;
}
