// Where the steps stand: what the server said, and over it what the phone still holds. Pure.

const UNTOLD = new Set(["held", "waiting", "sending"]);

/** The status of each step: `steps` are {id, status}, `items` the queue. Returns {id, status, item}. */
export function standing(steps, items) {
  return steps.map((step) => {
    const item = items.filter(({ operation, state }) => operation === step.id && UNTOLD.has(state)).at(-1);
    if (!item) return { ...step, item: null };
    return { ...step, status: item.result === "done" ? "done" : "failed", item };
  });
}

/** Those of `some` that need not wait: `waitsFor` names the action that comes first among `steps`. */
export function inTime(some, steps) {
  const open = new Set(steps.filter(({ status }) => status === "pending").map(({ action }) => action));
  return some.filter(({ waitsFor }) => !open.has(waitsFor));
}

/** The step to show large: the chosen one if it waits, else the first that waits, else null. */
export function currentStep(steps, chosen) {
  const waiting = steps.filter(({ status }) => status === "pending");
  return waiting.find(({ id }) => id === chosen) ?? waiting[0] ?? null;
}

/** How many are decided and how many are left. */
export function counts(steps) {
  const done = steps.filter(({ status }) => status === "done" || status === "left_closed").length;
  return { done, left: steps.length - done };
}

/** Items that have not reached the server; those it refused are apart. */
export function untold(items) {
  return items.filter(({ state }) => UNTOLD.has(state) || state === "photo");
}
