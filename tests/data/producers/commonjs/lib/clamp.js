"use strict";

function clamp(number, low = 0, high = 10) {
  if (number < low) return low;
  else if (number > high) {
    return high;
  }
  return number;
}

const sign = (number) => (number > 0 ? 1 : number < 0 ? -1 : 0);

exports.clamp = clamp;
exports.sign = sign;
exports.safe = function (call) {
  try {
    return call();
  } catch (error) {
    /* istanbul ignore next */
    console.error(error);
    return null;
  }
};
exports.size = (number) => {
  switch (number) {
    case 0:
      return "none";
    case 1:
    case 2:
      return "few";
    default:
      return "many";
  }
};
exports.first = (one, other, last) => (one || (other && last)) ?? 0;
