import assert from "node:assert/strict";
import { test } from "node:test";

import { formatDuration, parseDuration } from "../src/duration.js";

test("durations are read", () => {
  assert.equal(parseDuration("1h30m"), 5_400);
  assert.equal(parseDuration(" 2d "), 172_800);
});

test("what is no duration is refused", () => {
  for (const text of ["", "30", "5m1h", "1.5h"]) {
    assert.throws(() => parseDuration(text), SyntaxError);
  }
});

test("what is written can be read again", () => {
  for (const seconds of [1, 59, 60, 3_661, 90_061]) {
    assert.equal(parseDuration(formatDuration(seconds)), seconds);
  }
  assert.equal(formatDuration(5_400), "1h30m");
  assert.equal(formatDuration(0), "0s");
});
