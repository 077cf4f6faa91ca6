'use strict';
// What the report says: the tree of its files, and how figures read. Nothing here touches what is shown.

// data
const $ = (id) => document.getElementById(id);
const DATA = JSON.parse($('index').textContent);
const UNITS = ['statements', 'lines', 'branches', 'functions'];
const TITLES = ['Statements', 'Lines', 'Branches', 'Functions'];

// A figure is [covered, measured]; a node has one for each unit, one for its changed lines, one for the baseline.
const sum = (into, figures) => figures.forEach((n, i) => { into[i] = (into[i] || 0) + n; });
const figure = (node, unit) => [node.all[2 * unit], node.all[2 * unit + 1]];
const all = UNITS.map((_, unit) => [DATA.totals[2 * unit], DATA.totals[2 * unit + 1]]);
const measured = [0, 1, 2, 3].filter((unit) => all[unit][1] > 0);
const mixed = new Set(DATA.files.map((f) => f[4])).size > 1;
const primary = mixed || !DATA.files.length ? (measured[0] ?? 1) : DATA.files[0][4];

const root = { name: '', path: '', children: [], folder: true, all: [], changed: [0, 0], before: [0, 0], native: [0, 0], count: 0 };
const folders = new Map([['', root]]);
const folderOf = (path) => {
  let node = folders.get(path);
  if (!node) {
    const cut = path.lastIndexOf('/', path.length - 2) + 1;
    node = { ...root, name: path.slice(cut, -1), path, children: [], all: [], changed: [0, 0], before: [0, 0], native: [0, 0], count: 0, touched: false, parent: folderOf(path.slice(0, cut)) };
    node.parent.children.push(node);
    folders.set(path, node);
  }
  return node;
};
const files = DATA.files.map(([folder, name, pack, slot, unit, figures, changed, before]) => {
  const parent = folderOf(DATA.folders[folder]);
  const node = {
    name, path: DATA.folders[folder] + name, parent, pack, slot, unit, all: figures,
    touched: !!changed, changed: changed || [0, 0], native: [figures[2 * unit], figures[2 * unit + 1]],
    fresh: before === 1, before: Array.isArray(before) ? before : [0, 0], count: 1,
  };
  parent.children.push(node);
  for (let up = parent; up; up = up.parent) {
    sum(up.all, node.all); sum(up.changed, node.changed); sum(up.native, node.native); sum(up.before, node.before);
    up.count++; up.touched ||= node.touched;
  }
  return node;
});
const byPath = new Map(files.map((file) => [file.path, file]));
// A chain of folders that hold nothing but the next one is one row: `src/main/java`.
const squash = (node) => {
  if (!node.folder) return;
  node.children.forEach(squash);
  while (node !== root && node.children.length === 1 && node.children[0].folder) {
    const [only] = node.children;
    Object.assign(node, { name: `${node.name}/${only.name}`, path: only.path, children: only.children });
    node.children.forEach((child) => { child.parent = node; });
    folders.set(only.path, node);
  }
};
squash(root);

// figures and text
// Floored to hundredths; 100 only when it is exact.
const hundredths = ([covered, total]) => {
  if (covered >= total) return 10000;
  return covered * 10000 < 2 ** 53 ? Math.min(9999, Math.floor((covered * 10000) / total)) : Number((BigInt(covered) * 10000n) / BigInt(total));
};
const fixed = (n) => `${Math.floor(n / 100)}.${String(n % 100).padStart(2, '0')}`;
const percent = (figure) => (figure[1] > 0 ? `${fixed(hundredths(figure))}%` : '–');
const count = (n) => String(n).replace(/\B(?=(\d{3})+$)/g, '\u2009');
const plural = (n, word) => `${count(n)} ${n === 1 ? word : word.endsWith('ch') ? `${word}es` : `${word}s`}`;
const minimum = DATA.minimum ?? 80;
const level = (figure) => {
  if (!figure[1]) return 'none';
  const is = (figure[0] / figure[1]) * 100;
  return is >= minimum ? 'good' : is >= minimum - 15 ? 'near' : 'low';
};
const delta = (now, before) => {
  if (!now[1] || !before[1]) return null;
  const cross = now[0] * before[1] - before[0] * now[1];
  const size = Math.floor((Math.abs(cross) / (now[1] * before[1])) * 10000 + 1e-9);
  return { sign: Math.sign(cross), text: cross === 0 ? '±0.00' : `${cross > 0 ? '+' : '−'}${fixed(size)}` };
};
// Characters that hide or reorder text are shown by their number.
const ODD = /[\u0000-\u0008\u000b-\u001f\u007f-\u009f\u200b-\u200f\u2028-\u202e\u2060-\u2069\ufeff]/g;
const visible = (text) => text.replace(ODD, (c) => `⟨${c.charCodeAt(0).toString(16).toUpperCase().padStart(4, '0')}⟩`);
