// The plan on the whole screen of the phone.

import { createMap } from "gisapp/map/base";
import { drawOverlay, linkRows } from "gisapp/map/overlay";
import { pageWritten, serverNow } from "gisapp/server_time";
import { asOf, isOld } from "outages/crew/as_of";
import { say } from "outages/crew/words";

const element = document.querySelector("[data-plan-map]");
const live = createMap(element);
const url = element.closest("[data-crew-map]").dataset.overlayUrl;
if (url) {
  // Without signal and without a kept copy the steps below still say where the valves are.
  const answer = await fetch(url).catch(() => null);
  if (answer?.ok) linkRows(document.body, drawOverlay(live, await answer.json()));
}

// A page from the phone's store says how old it is; nothing updates it here.
const AGE_MS = 15_000;
const age = document.querySelector("[data-as-of]");
const written = pageWritten();

function showAge() {
  if (!written) return;
  age.hidden = !isOld(written, serverNow());
  if (!age.hidden) age.textContent = say(...asOf(written, serverNow()));
}

showAge();
setInterval(showAge, AGE_MS);
