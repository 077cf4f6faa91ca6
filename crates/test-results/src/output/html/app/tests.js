'use strict';
// What the report says: its tests in columns, and how outcomes, names and times read. Nothing here touches what is shown.

// data
const $ = (id) => document.getElementById(id);
const DATA = JSON.parse($('index').textContent);
const LENGTH = DATA.names.length;
const [VARIANT, SUITE, CLASS, FILE, LINE] = DATA.places;
const [NEW, QUARANTINED, BY_RUNNER] = [1, 2, 4];
// Letters of outcomes; the order is that of DATA.counts.
const OUTCOMES = {
  f: { word: 'failed', title: 'Failed', look: 'low' }, e: { word: 'error', title: 'Errors', look: 'low' }, k: { word: 'flaky', title: 'Flaky', look: 'near' },
  s: { word: 'skipped', title: 'Skipped', look: 'dim' }, p: { word: 'passed', title: 'Passed', look: 'good' }, '-': { word: 'not there', title: '', look: 'dim' },
};
const LETTERS = ['f', 'e', 'k', 's', 'p'];
const outcomeOf = (test) => DATA.outcomes[test];
const outside = new Set(DATA.outside);

const failures = DATA.failures.map(([test, pack, slot, message, place, flags, id], order) => ({ test, pack, slot, message, place, flags, id, order }));
const failureOf = new Array(LENGTH);
for (const failure of failures) failureOf[failure.test] = failure;
const byId = new Map(failures.map((failure) => [failure.id, failure.test]));
const has = (test, flag) => !!(failureOf[test] && failureOf[test].flags & flag);
// A flaky test that the runner was told to fail counts as one that failed.
const isBad = (test) => 'fe'.includes(outcomeOf(test)) || has(test, BY_RUNNER);
// What somebody looks at first: new failures, other failures, those in quarantine, flaky tests, the rest as reported.
const ranks = new Float64Array(LENGTH);
for (let test = 0; test < LENGTH; test++) {
  const failure = failureOf[test];
  const group = !failure ? 4 : !isBad(test) ? 3 : has(test, QUARANTINED) ? 2 : has(test, NEW) ? 0 : 1;
  ranks[test] = group * 1e7 + (failure ? failure.order : test);
}

// names
// Characters that hide or reorder text are shown by their number.
const ODD = /[\u0000-\u0008\u000b-\u001f\u007f-\u009f\u200b-\u200f\u2028-\u202e\u2060-\u2069\ufeff]/g;
const visible = (text) => text.replace(ODD, (c) => `⟨${c.charCodeAt(0).toString(16).toUpperCase().padStart(4, '0')}⟩`);
const flat = (text) => visible(text.replace(/[\r\n\t]+/g, ' '));
// Codes that colour a terminal are no words.
const plain = (text) => visible(text.replace(/\u001b\[[0-9;:?]*[A-Za-z]/g, '').replace(/\r\n?/g, '\n'));
const nameOf = (test) => DATA.names[test];
const suiteOf = (test) => DATA.around[SUITE[test]];
const classOf = (test) => DATA.around[CLASS[test]];
const fileOf = (test) => DATA.around[FILE[test]];
const variantOf = (test) => DATA.variants[VARIANT[test]] || '';
// What stands before the name: the class, or the suite where there is none, unless the name has it already.
const aroundOf = (test) => {
  const around = classOf(test) || suiteOf(test);
  return nameOf(test).startsWith(around) ? '' : around;
};

// numbers
const count = (n) => String(n).replace(/\B(?=(\d{3})+$)/g, '\u2009');
const plural = (n, word) => `${count(n)} ${n === 1 ? word : `${word}s`}`;
const duration = (microseconds) => {
  if (microseconds < 0) return '';
  const ms = Math.floor(microseconds / 1000);
  if (ms < 1) return microseconds ? `${microseconds}\u2009µs` : '0\u2009ms';
  if (ms < 1000) return `${ms}\u2009ms`;
  const seconds = Math.floor(ms / 1000);
  if (seconds < 60) return `${seconds}.${String(ms % 1000).padStart(3, '0')}\u2009s`;
  const minutes = Math.floor(seconds / 60);
  return minutes < 60 ? `${minutes}\u2009min ${seconds % 60}\u2009s` : `${Math.floor(minutes / 60)}\u2009h ${minutes % 60}\u2009min`;
};
const historyOf = (test) => DATA.histories[DATA.history[test]];
const tell = (outcomes) => {
  const words = LETTERS.concat('-').map((letter) => [outcomes.split(letter).length - 1, OUTCOMES[letter].word]).filter(([n]) => n);
  return `Last ${plural(outcomes.length, 'run')}, oldest first: ${words.map(([n, word]) => `${n} ${word}`).join(', ')}`;
};

// words to look for, in lower case; made when somebody looks for something
let haystacks;
const haystack = () => {
  haystacks ??= DATA.names.map((name, test) => [name, suiteOf(test), classOf(test), fileOf(test), variantOf(test), failureOf[test]?.message || '', failureOf[test]?.place || ''].join('\n').toLowerCase());
  return haystacks;
};
