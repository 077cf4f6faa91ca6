"use strict";

exports.untested = (flag) => (flag ? 1 : 2);
