import assert from "node:assert/strict";
import { test } from "node:test";

import { relative } from "../src/relative.js";

test("moments are put into words", () => {
  const now = 1_000_000;
  assert.equal(relative(now + 20, now), "just now");
  assert.equal(relative(now + 5_400, now), "in 1h30m");
  assert.equal(relative(now - 86_400, now), "a day ago");
  assert.equal(relative(now - 3 * 86_400, now), "3 days ago");
});
