// Asks again for what did not come. Pure but for the clock that it is given.

const PAUSES_MS = [500, 1500, 4000];

const sleep = (ms) => new Promise((resolve) => setTimeout(resolve, ms));

/**
 * Return `ask` as a function that tries again after each pause; what was called off stays off.
 * Rejects with the last reason, after telling `onGivenUp`.
 */
export function again(ask, { onGivenUp = () => {}, pauses = PAUSES_MS, wait = sleep } = {}) {
  return async (...asked) => {
    for (let tried = 0; ; tried += 1) {
      try {
        return await ask(...asked);
      } catch (reason) {
        if (reason?.name === "AbortError") throw reason;
        if (tried === pauses.length) {
          onGivenUp();
          throw reason;
        }
        await wait(pauses[tried]);
      }
    }
  };
}
