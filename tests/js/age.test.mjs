import assert from "node:assert/strict";
import { test } from "node:test";

import { load } from "./load.mjs";

const { asOf, isOld } = await load("crew/as_of.js", "outages");
const { betterOffset } = await load("time_offset.js");

const MINUTE = 60_000;
const HOUR = 60 * MINUTE;
// 14:05 in Shanghai.
const AT = Date.UTC(2026, 10, 22, 6, 5);

test("a plan says from when it is and how long ago that was", () => {
  assert.deepEqual(asOf(AT, AT + 20_000), ["as_of_now", { at: "14:05", hours: 0, minutes: 0 }]);
  assert.deepEqual(asOf(AT, AT + 32 * MINUTE), ["as_of_minutes", { at: "14:05", hours: 0, minutes: 32 }]);
  assert.deepEqual(asOf(AT, AT + 95 * MINUTE), ["as_of_hours", { at: "14:05", hours: 1, minutes: 35 }]);
});

test("yesterday's plan says its day", () => {
  const [key, { at }] = asOf(AT, AT + 20 * HOUR);
  assert.equal(key, "as_of_hours");
  assert.equal(at, "11-22 14:05");
});

test("a clock that runs behind makes no plan come from the future", () => {
  assert.equal(asOf(AT, AT - MINUTE)[0], "as_of_now");
});

test("only what is minutes old is called old", () => {
  assert.equal(isOld(AT, AT + MINUTE), false);
  assert.equal(isOld(AT, AT + 2 * MINUTE), true);
});

test("a fresh page teaches the server's time", () => {
  const now = AT - 5 * MINUTE; // this phone is five minutes slow
  assert.deepEqual(betterOffset(null, { written: AT, now }), { offset: 5 * MINUTE, now });
});

test("a page from the phone's store does not turn the clock back", () => {
  const kept = { offset: 5 * MINUTE, now: AT - 5 * MINUTE };
  // Opened again forty minutes later without signal: the page still says what it said then.
  const later = { written: AT, now: AT + 35 * MINUTE };
  assert.equal(betterOffset(kept, later).offset, 5 * MINUTE);
});

test("what was learnt long ago, or before the clock was set back, holds no longer", () => {
  const kept = { offset: 5 * MINUTE, now: AT };
  assert.equal(betterOffset(kept, { written: AT + 13 * HOUR, now: AT + 13 * HOUR }).offset, 0);
  assert.equal(betterOffset(kept, { written: AT, now: AT - HOUR }).offset, HOUR);
});

test("a page without a time changes nothing", () => {
  assert.equal(betterOffset(null, { written: NaN, now: AT }).offset, 0);
  const kept = { offset: 7, now: AT };
  assert.equal(betterOffset(kept, { written: NaN, now: AT + MINUTE }), kept);
});
