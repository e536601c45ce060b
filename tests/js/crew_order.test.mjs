import assert from "node:assert/strict";
import { test } from "node:test";

import { load } from "./load.mjs";

const { currentStep, inTime, standing } = await load("crew/standing.js", "outages");

const steps = [
  { id: 1, status: "pending", action: "close", waitsFor: "" },
  { id: 2, status: "pending", action: "drain", waitsFor: "" },
  { id: 3, status: "pending", action: "feed", waitsFor: "close" },
];

test("a valve that feeds waits until every valve is told shut, in the phone or by the server", () => {
  assert.equal(currentStep(inTime(steps, steps), 3).id, 1);
  const told = standing(steps, [{ operation: 1, result: "done", state: "waiting" }]);
  assert.equal(currentStep(inTime(told, told), 3).id, 3);
  assert.equal(currentStep(inTime(told, told), null).id, 2);
});
