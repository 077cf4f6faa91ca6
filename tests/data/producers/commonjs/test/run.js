"use strict";

const assert = require("node:assert");
const { clamp, first, safe, sign, size } = require("../lib/clamp.js");

assert.equal(clamp(3), 3);
assert.equal(clamp(-1), 0);
assert.equal(sign(1), 1);
assert.equal(size(2), "few");
assert.equal(first(0, 1, 2), 2);
assert.equal(safe(() => 1), 1);
