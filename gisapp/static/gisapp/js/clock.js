// The clock of the top bar, in Asia/Shanghai whatever the machine is set to.

import { serverNow } from "gisapp/server_time";
import { isChinese } from "gisapp/texts";

const ZONE = "Asia/Shanghai";

function parts(at) {
  const format = new Intl.DateTimeFormat(isChinese() ? "zh-CN" : "en-GB", {
    timeZone: ZONE,
    weekday: "short",
    day: "2-digit",
    month: isChinese() ? "2-digit" : "short",
    hour: "2-digit",
    minute: "2-digit",
    second: "2-digit",
    hourCycle: "h23",
  });
  return Object.fromEntries(format.formatToParts(at).map(({ type, value }) => [type, value]));
}

function write(element) {
  const p = parts(new Date(serverNow()));
  const day = isChinese() ? `${p.month}-${p.day} ${p.weekday}` : `${p.weekday} ${Number(p.day)} ${p.month}`;
  element.textContent = `${day} ${p.hour}:${p.minute}:${p.second}`;
}

/** Keep every [data-clock] going. */
export function startClocks() {
  const clocks = document.querySelectorAll("[data-clock]");
  if (clocks.length === 0) return;
  setInterval(() => clocks.forEach(write), 1000);
}
