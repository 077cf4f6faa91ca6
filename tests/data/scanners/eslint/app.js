"use strict";

function run(text) {
  const label = "é漢🙂"; return eval(text);
}

function compare(a) {
  var unused = 1;
  if (a == null) {
    debugger;
  }
  // eslint-disable-next-line no-new-func -- the text is our own
  return new Function(a);
}

run("1 + 1");
compare(2);
