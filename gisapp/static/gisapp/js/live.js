// Spoken messages: one polite and one assertive region, merged to one message per 10 s.

const GAP_MS = 10_000;
const queues = { polite: [], assertive: [] };
const timers = { polite: null, assertive: null };

function speak(kind) {
  timers[kind] = null;
  if (queues[kind].length === 0) return;
  const region = document.getElementById(`live-${kind}`);
  if (region) region.textContent = queues[kind].splice(0).join(" ");
  timers[kind] = setTimeout(() => speak(kind), GAP_MS);
}

/** Say `text` to screen readers; `assertive` interrupts (breach, superseded plan, source in zone). */
export function announce(text, { assertive = false } = {}) {
  const kind = assertive ? "assertive" : "polite";
  queues[kind].push(text);
  if (timers[kind] === null) speak(kind);
}
