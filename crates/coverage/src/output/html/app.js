'use strict';
(() => {
// ── data ────────────────────────────────────────────────────────────────────────────────────────────────────
const $ = (id) => document.getElementById(id);
const DATA = JSON.parse($('index').textContent);
const UNITS = ['statements', 'lines', 'branches', 'functions'];
const LETTER = { lines: 'line', statements: 'statement', branches: 'branch', functions: 'function' };

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
    node = { ...root, name: path.slice(cut, -1), path, children: [], all: [], changed: [0, 0], before: [0, 0], native: [0, 0], parent: folderOf(path.slice(0, cut)) };
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
  node.children.forEach(squash);
  while (node !== root && node.children.length === 1 && node.children[0].folder) {
    const [only] = node.children;
    Object.assign(node, { name: `${node.name}/${only.name}`, path: only.path, children: only.children });
    node.children.forEach((child) => { child.parent = node; });
    folders.set(only.path, node);
  }
};
squash(root);

// ── figures and text ────────────────────────────────────────────────────────────────────────────────────────
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

// ── elements ────────────────────────────────────────────────────────────────────────────────────────────────
const el = (tag, attributes, ...children) => {
  const node = document.createElement(tag);
  for (const [key, value] of Object.entries(attributes || {})) {
    if (value === undefined || value === null || value === false) continue;
    if (key.startsWith('on')) node.addEventListener(key.slice(2), value);
    else if (key === 'class') node.className = value;
    else node.setAttribute(key, value === true ? '' : value);
  }
  node.append(...children.filter((child) => child !== null && child !== undefined && child !== false));
  return node;
};
const bar = (figure) => {
  const fill = el('i');
  fill.style.width = `${figure[1] ? hundredths(figure) / 100 : 0}%`;
  return el('span', { class: `bar ${level(figure)}`, 'aria-hidden': 'true' }, fill);
};
const change = (now, before, fresh) => {
  const is = delta(now, before);
  if (!is) return el('span', { class: 'delta' }, fresh ? 'new' : '');
  return el('span', { class: `delta ${is.sign > 0 ? 'up' : is.sign < 0 ? 'down' : ''}` }, is.text);
};
const SVG = 'http://www.w3.org/2000/svg';
const svg = (tag, attributes, ...children) => {
  const node = document.createElementNS(SVG, tag);
  Object.entries(attributes).forEach(([key, value]) => node.setAttribute(key, value));
  node.append(...children);
  return node;
};
const ICONS = {
  folder: 'M1.75 3h4l1.5 1.75h7v8.5h-12.5z', file: 'M3.75 1.75h5.5l3 3v9.5h-8.5zM9 2v3h3', arrow: 'M6 4l4 4-4 4',
  up: 'M4 10l4-4 4 4', down: 'M4 6l4 4 4-4', search: 'M7 12A5 5 0 1 0 7 2a5 5 0 0 0 0 10zM10.7 10.7L14 14',
  theme: 'M8 2.5a5.5 5.5 0 1 0 0 11z M8 2.5a5.5 5.5 0 0 1 0 11', copy: 'M5.5 5.5h7v8h-7zM10.5 5.5v-3h-7v8h2', out: 'M6 3.5H3v9.5h9.5v-3M9 2.5h4.5V7M13 3L7.5 8.5',
};
const icon = (name) => svg('svg', { viewBox: '0 0 16 16', class: `icon ${name}`, 'aria-hidden': 'true' }, svg('path', { d: ICONS[name] }));
let spoken;
const say = (text) => { clearTimeout(spoken); spoken = setTimeout(() => { $('live').textContent = text; }, 60); };

// ── routes: #src/ is a folder, #src/a.rs a file, #src/a.rs:12 or :12-20 its lines ───────────────────────────
const link = (path, line) => `#${path.split('/').map(encodeURIComponent).join('/').replaceAll('%40', '@')}${line ? `:${line}` : ''}`;
const route = () => {
  const [, path, first, last] = /^#?(.*?)(?::(\d+)(?:-(\d+))?)?$/s.exec(location.hash);
  let name = path;
  try { name = decodeURIComponent(path); } catch { /* a link that somebody typed: taken as it is */ }
  return { path: name, first: Number(first) || 0, last: Number(last) || Number(first) || 0 };
};

// ── rows: only those in view are in the document ────────────────────────────────────────────────────────────
class Rows {
  constructor(scroller, list, height, draw) {
    Object.assign(this, { scroller, list, height, draw, length: 0, from: -1, to: -1, whole: false });
    scroller.addEventListener('scroll', () => this.show(), { passive: true });
    new ResizeObserver(() => this.show()).observe(scroller);
  }
  reset(length) {
    this.length = length;
    this.from = this.to = -1;
    this.list.style.height = `${length * this.height}px`;
    this.show();
  }
  show(again) {
    const above = this.scroller.scrollTop - this.list.offsetTop;
    const inView = Math.ceil(this.scroller.clientHeight / this.height);
    let from = Math.max(0, Math.floor(above / this.height) - 12);
    let to = Math.min(this.length, from + inView + 24);
    if (this.whole) [from, to] = [0, Math.min(this.length, 5000)];
    if (!again && from === this.from && to === this.to) return;
    [this.from, this.to] = [from, to];
    const rows = [];
    for (let index = from; index < to; index++) {
      const row = this.draw(index);
      row.style.transform = `translateY(${index * this.height}px)`;
      rows.push(row);
    }
    this.list.replaceChildren(...rows);
  }
  // Brings a row into view: in the middle, or only as far as needed.
  reveal(index, middle) {
    const head = this.scroller.querySelector('.sticky')?.offsetHeight || 0;
    const top = this.list.offsetTop + index * this.height;
    const { scrollTop, clientHeight } = this.scroller;
    if (middle) this.scroller.scrollTop = top - clientHeight / 2 + this.height;
    else if (top < scrollTop + head) this.scroller.scrollTop = top - head;
    else if (top + this.height > scrollTop + clientHeight) this.scroller.scrollTop = top + this.height - clientHeight;
    this.show();
  }
}

// ── the overview: figures, groups, and the tree of files ────────────────────────────────────────────────────
const COLUMNS = [
  { id: 'name', title: 'File', sort: (a, b) => (a.path < b.path ? -1 : 1) },
  { id: 'main', title: mixed ? 'Covered' : UNITS[primary], value: (n) => n.native, wide: true },
  { id: 'missed', title: 'Missed', number: (n) => n.native[1] - n.native[0], help: 'measured and not run' },
  ...measured.filter((unit) => mixed || unit !== primary).map((unit) => ({ id: UNITS[unit], title: UNITS[unit], value: (n) => figure(n, unit) })),
  DATA.patch && { id: 'changed', title: 'Changed', value: (n) => n.changed, help: 'changed lines that ran' },
  DATA.baseline && { id: 'delta', title: 'Δ', delta: true, help: `points since ${visible(DATA.baseline.name)}` },
].filter(Boolean);
const share = (figure) => (figure[1] ? figure[0] / figure[1] : 2);
const moved = (n) => { const is = delta(n.native, n.before); return is ? share(n.native) - share(n.before) : 0; };
const keyOf = (column) => (column.number ? column.number : column.delta ? moved : (n) => share(column.value(n)));

const state = { at: root, tree: true, changed: false, uncovered: false, sort: 'name', down: false, open: new Set(), active: 0 };
let shown = [];
let listing;

const matches = (file) => (!state.changed || file.touched) && (!state.uncovered || file.native[0] < file.native[1] || file.all[4] < file.all[5]);
const ordered = (nodes) => {
  const column = COLUMNS.find((c) => c.id === state.sort) || COLUMNS[0];
  const way = state.down ? -1 : 1;
  if (column.sort) return [...nodes].sort((a, b) => (state.tree ? !!b.folder - !!a.folder : 0) || way * column.sort(a, b));
  const key = keyOf(column);
  const keys = new Map(nodes.map((node) => [node, key(node)]));
  return [...nodes].sort((a, b) => way * (keys.get(a) - keys.get(b)) || (a.path < b.path ? -1 : 1));
};
const within = (node, path) => node.path.startsWith(path);
const refresh = (keep) => {
  const filtered = state.changed || state.uncovered;
  const found = files.filter((file) => matches(file) && within(file, state.at.path));
  shown = [];
  if (!state.tree) {
    shown = ordered(found).map((node) => ({ node, depth: 0 }));
  } else {
    const used = new Set();
    for (const file of found) for (let node = file; node && !used.has(node); node = node.parent) used.add(node);
    const unfold = found.length <= 60 || (filtered && found.length <= 400);
    const walk = (node, depth) => {
      for (const child of ordered(node.children.filter((one) => used.has(one)))) {
        const open = child.folder && (state.open.has(child) || (unfold && !state.closed?.has(child)));
        shown.push({ node: child, depth, open });
        if (open) walk(child, depth + 1);
      }
    };
    walk(state.at, 0);
  }
  if (!keep) state.active = 0;
  state.active = Math.max(0, Math.min(state.active, shown.length - 1));
  $('found').textContent = found.length === files.length ? plural(files.length, 'file') : `${count(found.length)} of ${plural(files.length, 'file')}`;
  $('empty').hidden = shown.length > 0;
  $('empty').textContent = state.changed && !DATA.patch ? 'There is no change to look at: the report was made without a base.' : 'No file matches these filters.';
  $('grid').setAttribute('aria-rowcount', shown.length + 1);
  for (const [id, on] of [['f-tree', state.tree], ['f-changed', state.changed], ['f-uncovered', state.uncovered]]) $(id).setAttribute('aria-pressed', on);
  for (const column of COLUMNS) {
    const head = $(`h-${column.id}`);
    head.setAttribute('aria-sort', column.id !== state.sort ? 'none' : state.down ? 'descending' : 'ascending');
  }
  listing.reset(shown.length);
  mark();
};
const mark = () => {
  const grid = $('grid');
  if (shown.length) grid.setAttribute('aria-activedescendant', `row${state.active}`);
  else grid.removeAttribute('aria-activedescendant');
  listing.list.querySelector('.active')?.classList.remove('active');
  $(`row${state.active}`)?.classList.add('active');
};
const cell = (column, node) => {
  if (column.number) return el('span', { role: 'gridcell', class: 'num' }, node.native[1] ? count(column.number(node)) : '–');
  if (column.delta) return el('span', { role: 'gridcell', class: 'num' }, change(node.native, node.before, node.fresh));
  const value = column.value(node);
  const text = el('span', { class: `pct ${level(value)}` }, percent(value));
  if (!column.wide) return el('span', { role: 'gridcell', class: 'num', title: value[1] ? `${count(value[0])} of ${count(value[1])}` : 'nothing measured' }, text);
  return el('span', { role: 'gridcell', class: 'num wide' }, bar(value), el('span', { class: 'of' }, value[1] ? `${count(value[0])}/${count(value[1])}` : ''), text);
};
const drawRow = (index) => {
  const { node, depth, open } = shown[index];
  const name = el('span', { role: 'rowheader', class: 'name' },
    node.folder ? icon('arrow') : null, icon(node.folder ? 'folder' : 'file'),
    el('a', { href: link(node.path), tabindex: '-1', title: visible(node.path) }, visible(state.tree ? node.name : node.path.slice(state.at.path.length))),
    node.folder ? el('span', { class: 'dim' }, count(node.count)) : null,
    !node.folder && node.touched ? el('span', { class: 'tag', title: 'changed' }, 'changed') : null);
  name.style.setProperty('--depth', depth);
  const row = el('div', { role: 'row', id: `row${index}`, class: `row${node.folder ? ' folder' : ''}${open ? ' open' : ''}${index === state.active ? ' active' : ''}`,
    'aria-rowindex': index + 2, 'aria-level': depth + 1, 'aria-expanded': node.folder ? String(!!open) : null }, name);
  COLUMNS.slice(1).forEach((column) => row.append(cell(column, node)));
  return row;
};
const fold = (index, open) => {
  const { node } = shown[index];
  if (!node.folder) return;
  state.closed ??= new Set();
  if (open) { state.open.add(node); state.closed.delete(node); } else { state.open.delete(node); state.closed.add(node); }
  state.active = index;
  refresh(true);
};
const foldAll = (open) => {
  state.open = new Set(open ? folders.values() : []);
  state.closed = new Set(open ? [] : folders.values());
  refresh();
};
const enter = (index) => {
  const row = shown[index];
  if (!row) return;
  if (row.node.folder) fold(index, !row.open);
  else location.hash = link(row.node.path);
};
const move = (to) => {
  state.active = Math.max(0, Math.min(to, shown.length - 1));
  listing.reveal(state.active);
  mark();
};
const sortBy = (id) => {
  const numeric = id !== 'name';
  if (state.sort === id) state.down = !state.down;
  // What is worst is what people look for: most missed, least covered.
  else [state.sort, state.down] = [id, numeric && id === 'missed'];
  refresh();
};
const toggle = (what) => {
  state[what] = !state[what];
  state.closed = new Set();
  if (source.file) { source.fold = null; drawSource(source.file); } else refresh();
};

const trend = () => {
  const points = DATA.trend.filter((p) => p[2] > 0).slice(-200);
  if (points.length < 2) return null;
  const values = points.map(([, covered, total]) => hundredths([covered, total]));
  let [low, high] = [Math.min(...values), Math.max(...values)];
  const lacking = Math.max(0, 500 - (high - low));
  low = Math.min(Math.max(0, low - Math.ceil(lacking / 2)), 9500);
  high = Math.max(high, low + 500);
  const x = (i) => 4 + (232 * i) / (values.length - 1);
  const y = (v) => 44 - (38 * (v - low)) / (high - low);
  const line = values.map((v, i) => `${i ? 'L' : 'M'}${x(i).toFixed(1)} ${y(v).toFixed(1)}`).join('');
  const [first, last] = [points[0], points[points.length - 1]];
  const text = `${points.length} commits, from ${fixed(values[0])}% at ${visible(first[0])} to ${fixed(values[values.length - 1])}% at ${visible(last[0])}`;
  return el('div', { class: 'card trend' }, el('h2', null, 'Trend'),
    svg('svg', { viewBox: '0 0 240 48', role: 'img', 'aria-label': text }, svg('path', { d: `${line}L${x(values.length - 1)} 48L4 48z`, class: 'area' }), svg('path', { d: line, class: 'line' }),
      svg('circle', { cx: x(values.length - 1), cy: y(values[values.length - 1]), r: 3 })),
    el('p', null, text));
};
const card = (title, figure, before, note) => el('div', { class: `card ${level(figure)}` }, el('h2', null, title),
  el('p', { class: 'big' }, figure[1] ? fixed(hundredths(figure)) : 'no data', figure[1] ? el('small', null, '%') : null, before ? change(figure, before) : null),
  bar(figure), el('p', null, figure[1] ? `${count(figure[0])} of ${count(figure[1])}` : 'nothing measured', note ? el('span', { class: 'dim' }, ` ${note}`) : null));
const groups = () => {
  if (!DATA.groups.length) return null;
  const units = measured.length ? measured : [1];
  const table = el('table', null, el('thead', null, el('tr', null, el('th', { scope: 'col' }, 'Name'), ...units.map((unit) => el('th', { scope: 'col', class: 'num' }, UNITS[unit])))));
  const body = el('tbody');
  for (const [kind, name, totals] of DATA.groups) {
    body.append(el('tr', null, el('th', { scope: 'row' }, el('span', { class: 'kind' }, visible(kind)), visible(name)),
      ...units.map((unit) => {
        const value = [totals[2 * unit], totals[2 * unit + 1]];
        return el('td', { class: 'num' }, unit === primary ? bar(value) : null, el('span', { class: 'of' }, value[1] ? `${count(value[0])}/${count(value[1])}` : ''), el('span', { class: `pct ${level(value)}` }, percent(value)));
      })));
  }
  table.append(body);
  return el('details', { class: 'groups', open: DATA.groups.length <= 12 }, el('summary', null, 'Groups ', el('span', { class: 'dim' }, count(DATA.groups.length))), table);
};
const overview = el('main', { id: 'overview', tabindex: '-1' });
const button = (id, text, key, act, help) => el('button', { id, type: 'button', 'aria-pressed': 'false', 'aria-keyshortcuts': key, title: `${help} (${key})`, onclick: act }, text);
const buildOverview = () => {
  const before = (unit) => DATA.baseline && [DATA.baseline.totals[2 * unit], DATA.baseline.totals[2 * unit + 1]];
  overview.append(
    el('header', { class: 'about' }, el('h1', null, visible(DATA.title)),
      el('dl', null, ...DATA.subject.map(([label, value]) => el('div', null, el('dt', null, visible(label)), el('dd', null, visible(value)))))),
    el('section', { class: 'cards', 'aria-label': 'Totals' },
      ...(measured.length ? measured : [1]).map((unit) => card(UNITS[unit], all[unit], before(unit))),
      DATA.patch ? card('Changed lines', DATA.patch, null) : null, trend()),
    DATA.baseline ? el('p', { class: 'note' }, 'Differences are points since ', el('b', null, visible(DATA.baseline.name)), '.') : null,
    groups(),
    el('div', { class: 'sticky' },
      el('div', { class: 'tools', role: 'toolbar', 'aria-label': 'Files' },
        el('nav', { id: 'crumbs', 'aria-label': 'Folder' }),
        el('span', { id: 'found', class: 'dim', role: 'status' }),
        el('span', { class: 'gap' }),
        el('span', { class: 'group' }, button('f-changed', 'Changed', 'c', () => toggle('changed'), 'Only changed files'), button('f-uncovered', 'Uncovered', 'u', () => toggle('uncovered'), 'Only files with something uncovered')),
        el('span', { class: 'group' }, button('f-tree', 'Tree', 't', () => toggle('tree'), 'Folders, or one list'),
          el('button', { type: 'button', title: 'Open every folder', onclick: () => foldAll(true) }, 'Unfold'), el('button', { type: 'button', title: 'Close every folder', onclick: () => foldAll(false) }, 'Fold'))),
      el('div', { class: 'row head', role: 'presentation' }, ...COLUMNS.map((column) => el('span', { id: `h-${column.id}`, role: 'columnheader', class: column.id === 'name' ? 'name' : `num${column.wide ? ' wide' : ''}`, 'aria-sort': 'none' },
        el('button', { type: 'button', title: column.help, onclick: () => sortBy(column.id) }, column.title, icon('down')))))),
    el('div', { id: 'grid', class: 'rows', role: 'treegrid', tabindex: '0', 'aria-label': 'Files' }),
    el('p', { id: 'empty', class: 'note', hidden: true }));
  overview.style.setProperty('--columns', COLUMNS.slice(1).map((c) => (c.wide ? 'minmax(210px, 1.1fr)' : c.id === 'branches' || c.id === 'functions' ? '98px' : '84px')).join(' '));
  document.body.append(overview);
  const grid = $('grid');
  listing = new Rows(overview, grid, 32, drawRow);
  grid.addEventListener('click', (event) => {
    const row = event.target.closest('.row');
    if (!row || event.ctrlKey || event.metaKey || event.shiftKey) return;
    const index = Number(row.id.slice(3));
    state.active = index;
    event.preventDefault();
    enter(index);
  });
  grid.addEventListener('keydown', (event) => {
    const page = Math.floor(overview.clientHeight / 32) - 3;
    const { node, open, depth } = shown[state.active] || {};
    const acts = {
      ArrowDown: () => move(state.active + 1), j: () => move(state.active + 1), ArrowUp: () => move(state.active - 1), k: () => move(state.active - 1),
      PageDown: () => move(state.active + page), PageUp: () => move(state.active - page), Home: () => move(0), End: () => move(shown.length - 1),
      Enter: () => enter(state.active), ' ': () => enter(state.active),
      ArrowRight: () => (node?.folder && !open ? fold(state.active, true) : move(state.active + 1)),
      ArrowLeft: () => { if (open) fold(state.active, false); else for (let i = state.active; i >= 0; i--) if (shown[i].depth < depth) { move(i); break; } },
    };
    if (acts[event.key] && !event.ctrlKey && !event.metaKey && !event.altKey) { event.preventDefault(); event.stopPropagation(); acts[event.key](); }
  });
};
const crumbs = (path, whole) => {
  const parts = path.split('/').filter(Boolean);
  const nodes = [el('a', { href: '#' }, 'All files')];
  parts.forEach((part, index) => {
    const last = index === parts.length - 1;
    const to = parts.slice(0, index + 1).join('/') + (last && !path.endsWith('/') ? '' : '/');
    nodes.push(el('span', { class: 'dim', 'aria-hidden': 'true' }, '/'), last && whole ? el('b', { 'aria-current': 'page' }, visible(part)) : el('a', { href: link(to), 'aria-current': last ? 'page' : null }, visible(part)));
  });
  return nodes;
};
const showOverview = (path) => {
  const at = folders.get(path) || root;
  const moved = state.at !== at;
  state.at = at;
  source.file = null;
  overview.hidden = false;
  $('source').hidden = true;
  document.title = `${visible(DATA.title)} · coverage`;
  $('crumbs').replaceChildren(...crumbs(at.path));
  refresh(!moved);
  if (document.activeElement === document.body || !document.activeElement.isConnected || document.activeElement.closest('#source')) $('grid').focus({ preventScroll: true });
  if (source.last) {
    const index = shown.findIndex(({ node }) => node === source.last);
    if (index >= 0) { move(index); listing.reveal(index); }
    source.last = null;
  }
};

// ── the source of one file ──────────────────────────────────────────────────────────────────────────────────
const source = { file: null, lines: [], rows: [], at: 0, last: null };
const packs = new Map();
const pending = new Map();
window.gatewright = (name, content) => { packs.set(name, content); };
const load = (file) => {
  const name = DATA.packs[file.pack] ?? `pack${file.pack}`;
  if (packs.has(name)) return Promise.resolve(packs.get(name)[file.slot]);
  if (DATA.packs[file.pack] === null) {
    packs.set(name, JSON.parse($(name).textContent));
    return Promise.resolve(packs.get(name)[file.slot]);
  }
  if (!pending.has(name)) {
    pending.set(name, new Promise((done, fail) => {
      const script = el('script', { src: `data/${name}.js` });
      script.onload = () => { script.remove(); done(); };
      script.onerror = () => { script.remove(); pending.delete(name); fail(new Error(`data/${name}.js is not there. It belongs beside this page: keep the folder whole.`)); };
      document.head.append(script);
    }));
  }
  return pending.get(name).then(() => packs.get(name)[file.slot]);
};

// Just enough of a language to tell comments, texts, numbers and words apart.
const WORDS = new Set(('abstract and as async await break case catch chan class const continue crate def default defer del do elif else enum except export extends extern false final finally fn for foreach from func function go goto if impl implements import in interface is lambda let loop match mod module move mut namespace new nil none None not null object of operator or override package pass private protected pub public raise ref return self Self select static struct super switch template this throw throws trait true True False try type typedef typeof undefined union unsafe use using val var virtual void when where while with yield').split(' '));
const SLASHES = { line: '\\/\\/', open: '\\/\\*', text: '"(?:\\\\.|[^"\\\\])*"?' };
const QUOTE = "|'(?:\\\\.|[^'\\\\])*'?";
const CHARACTER = "|'(?:\\\\[^']*|[^'\\\\])'";
const lexer = ({ line, open, text }) => new RegExp(`(${line})|(${open})|(${text})|(\\b\\d[\\w.]*)|([A-Za-z_]\\w*)`, 'g');
const LANGUAGES = [
  [/\.(m?[jt]sx?|cjs|mts|cts|vue|svelte|dart|php|scala|groovy)$/, { ...SLASHES, open: '\\/\\*|`', text: SLASHES.text + QUOTE }],
  [/\.go$/, { ...SLASHES, open: '\\/\\*|`', text: SLASHES.text + CHARACTER }],
  [/\.(rs|c|h|cc|cpp|cxx|hh|hpp|hxx|m|mm|java|kt|kts|cs|swift|zig|proto)$/, { ...SLASHES, text: SLASHES.text + CHARACTER }],
  [/\.(py|pyi|rb|sh|bash|pl|pm|ex|exs|jl|r|cr|nim|ya?ml|toml)$/i, { line: '#', open: '"""|\'\'\'', text: SLASHES.text + QUOTE }],
];
const CLOSE = { '/*': '*/', '`': '`', '"""': '"""', "'''": "'''" };
const lex = (line, open, lexer, emit) => {
  let at = 0;
  while (at < line.length) {
    if (open) {
      const found = line.indexOf(CLOSE[open], at);
      const end = found < 0 ? line.length : found + CLOSE[open].length;
      emit?.(at, end, open === '/*' ? 'c' : 's');
      if (found < 0) return open;
      [open, at] = ['', end];
      continue;
    }
    lexer.lastIndex = at;
    const m = lexer.exec(line);
    if (!m) break;
    at = m.index + m[0].length;
    if (m[1]) { emit?.(m.index, line.length, 'c'); return ''; }
    if (m[2]) { open = m[2]; emit?.(m.index, at, open === '/*' ? 'c' : 's'); } else if (m[3]) emit?.(m.index, at, 's');
    else if (m[4]) emit?.(m.index, at, 'n');
    else if (WORDS.has(m[5])) emit?.(m.index, at, 'k');
  }
  return open;
};
const MOST_LETTERS = 2000;
const coloured = (number) => {
  const text = source.lines[number - 1] ?? '';
  const cut = text.length > MOST_LETTERS ? text.slice(0, MOST_LETTERS) : text;
  const code = el('code');
  let at = 0;
  if (source.lexer) {
    lex(cut, source.opens[number - 1], source.lexer, (from, to, kind) => {
      if (from > at) code.append(visible(cut.slice(at, from)));
      code.append(el('span', { class: kind }, visible(cut.slice(from, to))));
      at = to;
    });
  }
  code.append(visible(cut.slice(at)));
  if (cut !== text) code.append(el('span', { class: 'more' }, ` … ${count(text.length - cut.length)} more characters`));
  return code;
};

const MOST_LINES = 400000;
const prepare = (file, data) => {
  const runs = [];
  for (let i = 0; i < data.h.length; i += 3) runs.push([data.h[i], data.h[i + 1], data.h[i + 2]]);
  const lastMeasured = runs.length ? runs[runs.length - 1][1] : 0;
  source.lines = data.s === null ? [] : data.s.split(/\r\n|\n|\r/);
  if (source.lines.length && source.lines[source.lines.length - 1] === '') source.lines.pop();
  source.notes = [];
  let numbers = [];
  if (data.s === null) {
    source.notes.push('The source was not at hand when this report was made: these are the counts by line.');
    for (const [first, last] of runs) for (let n = first; n <= last && numbers.length < MOST_LINES; n++) numbers.push(n);
  } else {
    if (lastMeasured > source.lines.length) source.notes.push(`The report measures line ${count(lastMeasured)}, but the source has ${plural(source.lines.length, 'line')}: they are of different versions.`);
    numbers = Array.from({ length: Math.min(MOST_LINES, Math.max(source.lines.length, lastMeasured)) }, (_, i) => i + 1);
  }
  if (numbers.length === MOST_LINES) source.notes.push(`Only the first ${count(MOST_LINES)} lines are shown.`);
  source.numbers = numbers;
  source.hits = new Map();
  const end = numbers.length ? numbers[numbers.length - 1] : 0;
  for (const [first, last, hits] of runs) for (let n = first; n <= Math.min(last, end); n++) source.hits.set(n, hits);
  source.arms = new Map(data.b.map((branch) => [branch[0], branch]));
  source.changed = new Set();
  for (let i = 0; i < data.c.length; i += 2) for (let n = data.c[i]; n <= Math.min(data.c[i + 1], end); n++) source.changed.add(n);
  source.functions = data.f;
  const language = LANGUAGES.find(([ending]) => ending.test(file.path));
  source.lexer = language && (data.s || '').length < 3e6 ? lexer(language[1]) : null;
  source.opens = [];
  if (source.lexer) {
    let open = '';
    for (const line of source.lines) { source.opens.push(open); open = lex(line.slice(0, MOST_LETTERS), open, source.lexer); }
  }
};
const kindOf = (n) => {
  const hits = source.hits.get(n);
  if (hits === undefined) return '';
  if (hits === 0) return 'missed';
  const arms = source.arms.get(n);
  return arms && arms[1] < arms[2] ? 'partial' : 'run';
};
const isOpen = (n) => { const kind = kindOf(n); return kind === 'missed' || kind === 'partial'; };
// Rows are numbers of lines, and pairs for what is folded away.
const CONTEXT = 3;
const foldRows = () => {
  const { numbers } = source;
  const wanted = (n) => (!state.changed || source.changed.has(n)) && (!state.uncovered || isOpen(n));
  if (!state.changed && !state.uncovered) return numbers;
  const keep = new Uint8Array(numbers.length);
  numbers.forEach((n, i) => { if (wanted(n)) keep.fill(1, Math.max(0, i - CONTEXT), i + CONTEXT + 1); });
  for (const [from, to] of source.unfolded) keep.fill(1, from, to + 1);
  const rows = [];
  for (let i = 0; i < numbers.length; i++) {
    if (keep[i]) { rows.push(numbers[i]); continue; }
    const from = i;
    while (i + 1 < numbers.length && !keep[i + 1]) i++;
    rows.push([from, i]);
  }
  return rows;
};
// Where `n` and `p` stop: the first line of each run of missed lines, and every partial one.
const stopsOf = () => {
  const stops = [];
  let before = '';
  let last = 0;
  for (const n of source.numbers) {
    const kind = kindOf(n);
    if ((!state.changed || source.changed.has(n)) && (kind === 'partial' || (kind === 'missed' && (before !== 'missed' || last !== n - 1)))) stops.push(n);
    if (kind) [before, last] = [kind, n];
  }
  return stops;
};
const drawLine = (index) => {
  const n = source.rows[index];
  if (Array.isArray(n)) {
    const hidden = n[1] - n[0] + 1;
    return el('div', { role: 'row', class: 'line fold', 'aria-rowindex': index + 1 }, el('span', { role: 'cell' }, el('button', { type: 'button', onclick: () => { source.unfolded.push(n); rebuild(); } }, `⋯ ${plural(hidden, 'line')}`)));
  }
  const kind = kindOf(n);
  const hits = source.hits.get(n);
  const arms = source.arms.get(n);
  const { first, last } = source;
  const row = el('div', { role: 'row', id: `L${n}`, 'aria-rowindex': index + 1, class: `line ${kind}${source.changed.has(n) ? ' changed' : ''}${n >= first && n <= last ? ' target' : ''}` },
    el('span', { role: 'rowheader', class: 'no' }, source.changed.has(n) ? el('span', { class: 'plus', title: 'changed' }, '+') : null, el('a', { href: link(source.file.path, n), tabindex: '-1' }, n)),
    el('span', { role: 'cell', class: 'hits', title: hits === undefined ? 'not measured' : hits === 0 ? 'never run' : `run ${count(hits)} times`, 'aria-label': hits === undefined ? 'not measured' : hits === 0 ? 'never run' : `run ${hits} times` },
      hits === undefined ? '' : hits === 0 ? '✕ 0' : short(hits)),
    el('span', { role: 'cell', class: 'arms' }, arms ? `${arms[1] < arms[2] ? '◐' : '●'} ${arms[1]}/${arms[2]}` : ''));
  const text = el('span', { role: 'cell', class: 'code' }, coloured(n));
  if (arms && arms[1] < arms[2]) text.append(el('span', { class: 'why' }, tellArms(arms)));
  row.append(text);
  return row;
};
const short = (n) => (typeof n === 'string' ? '>9e15' : n < 1e5 ? `${n}` : n < 1e6 ? `${Math.floor(n / 1e3)}k` : n < 1e9 ? `${Math.floor(n / 1e5) / 10}M` : `${Math.floor(n / 1e8) / 10}G`);
const tellArms = (arms) => {
  const not = [];
  for (let i = 3; i < arms.length; i += 2) if (!(arms[i + 1] > 0)) not.push(visible(arms[i]) + (arms[i + 1] === null ? ' (not evaluated)' : ''));
  const text = `${arms[1]} of ${plural(arms[2], 'branch')} taken`;
  return not.length ? `${text}; not ${not.slice(0, 4).join(' · ')}${not.length > 4 ? ` and ${not.length - 4} more` : ''}` : text;
};

let code;
const buildSource = () => {
  const scroller = el('div', { id: 'code', class: 'code-scroll', tabindex: '0', role: 'region', 'aria-label': 'Source' },
    el('div', { id: 'lines', class: 'rows', role: 'table', 'aria-label': 'Lines' }));
  document.body.append(el('main', { id: 'source', hidden: true },
    el('header', { class: 'file' },
      el('div', { class: 'path' }, el('nav', { id: 'path', 'aria-label': 'File' }),
        el('button', { id: 'copy', type: 'button', class: 'quiet', title: 'Copy the path', 'aria-label': 'Copy the path', onclick: () => navigator.clipboard?.writeText(source.file.path).then(() => say('copied'), () => {}) }, icon('copy')),
        el('a', { id: 'blob', class: 'quiet', target: '_blank', rel: 'noopener noreferrer', title: 'View this file in the repository', 'aria-label': 'View this file in the repository' }, icon('out'))),
      el('div', { id: 'figures', class: 'figures' }),
      el('div', { class: 'tools' },
        el('span', { class: 'group' }, button('s-changed', 'Changed', 'c', () => toggle('changed'), 'Only changed lines'), button('s-uncovered', 'Uncovered', 'u', () => toggle('uncovered'), 'Only uncovered lines')),
        el('span', { class: 'group' }, el('button', { type: 'button', title: 'Previous uncovered (p)', 'aria-label': 'Previous uncovered', onclick: () => step(-1) }, icon('up')),
          el('span', { id: 'stops', class: 'count' }), el('button', { type: 'button', title: 'Next uncovered (n)', 'aria-label': 'Next uncovered', onclick: () => step(1) }, icon('down'))))),
    el('details', { id: 'functions' }),
    el('div', { id: 'notes' }),
    el('div', { class: 'pane' }, scroller, el('canvas', { id: 'map', width: 14, 'aria-hidden': 'true' }))));
  code = new Rows(scroller, $('lines'), 20, drawLine);
  scroller.addEventListener('scroll', () => requestAnimationFrame(drawMap), { passive: true });
  new ResizeObserver(() => drawMap()).observe(scroller);
  $('map').addEventListener('click', (event) => { scroller.scrollTop = (event.offsetY / $('map').clientHeight) * scroller.scrollHeight - scroller.clientHeight / 2; });
  $('lines').addEventListener('click', (event) => {
    const anchor = event.target.closest('.no a');
    if (!anchor || !event.shiftKey || !source.first) return;
    event.preventDefault();
    const n = Number(anchor.textContent);
    location.hash = link(source.file.path, `${Math.min(n, source.first)}-${Math.max(n, source.first)}`);
  });
};
// Where in the file something is missing, at a glance.
const drawMap = () => {
  const map = $('map');
  const { file, rows } = source;
  if (!file || !rows.length || !map.clientHeight) return;
  const style = getComputedStyle(document.documentElement);
  const colour = { missed: style.getPropertyValue('--low'), partial: style.getPropertyValue('--near') };
  map.height = map.clientHeight;
  const pen = map.getContext('2d');
  const scale = map.height / Math.max(rows.length, map.height / 20);
  rows.forEach((n, index) => {
    const kind = typeof n === 'number' && kindOf(n);
    if (colour[kind]) { pen.fillStyle = colour[kind]; pen.fillRect(4, index * scale, 10, Math.max(1.5, scale)); }
    if (source.changed.has(n)) { pen.fillStyle = style.getPropertyValue('--accent'); pen.fillRect(0, index * scale, 3, Math.max(1.5, scale)); }
  });
  const { scrollTop, clientHeight, scrollHeight } = $('code');
  if (scrollHeight > clientHeight) {
    pen.fillStyle = style.getPropertyValue('--veil');
    pen.fillRect(0, (scrollTop / scrollHeight) * map.height, 14, Math.max(8, (clientHeight / scrollHeight) * map.height));
  }
};
const rebuild = () => {
  source.rows = foldRows();
  source.stops = stopsOf();
  for (const what of ['changed', 'uncovered']) $(`s-${what}`).setAttribute('aria-pressed', state[what]);
  $('lines').setAttribute('aria-rowcount', source.rows.length);
  code.reset(source.rows.length);
  tellStops();
  drawMap();
};
const tellStops = () => {
  const at = source.stops.indexOf(source.at);
  $('stops').textContent = source.stops.length ? `${at < 0 ? '' : `${count(at + 1)} of `}${count(source.stops.length)} uncovered` : 'all covered';
};
const goTo = (n, middle = true) => {
  let index = source.rows.findIndex((row) => (Array.isArray(row) ? source.numbers[row[1]] >= n : row >= n));
  if (index < 0) return;
  if (Array.isArray(source.rows[index])) {
    source.unfolded.push(source.rows[index]);
    rebuild();
    index = source.rows.indexOf(n);
  }
  code.reveal(Math.max(0, index), middle);
  code.show(true);
};
const step = (way) => {
  const { stops, file } = source;
  const at = source.at || (way > 0 ? 0 : Infinity);
  const next = way > 0 ? stops.find((n) => n > at) : stops.findLast((n) => n < at);
  if (next !== undefined) {
    history.replaceState(null, '', link(file.path, next));
    Object.assign(source, { at: next, first: next, last: next });
    goTo(next);
    tellStops();
    say(`Line ${next}, ${kindOf(next) === 'missed' ? 'never run' : tellArms(source.arms.get(next))}`);
    return;
  }
  neighbour(way, true);
};
// The next file of the list; with `open` the next one that has something uncovered.
const neighbour = (way, open) => {
  const list = files.filter((f) => f === source.file || (matches(f) && (!open || f.native[0] < f.native[1] || f.all[4] < f.all[5])));
  const next = list[list.indexOf(source.file) + way];
  if (!next) { say('That was the last one.'); return; }
  source.enter = open ? way : 0;
  location.hash = link(next.path);
};
const drawFunctions = () => {
  const panel = $('functions');
  const list = [...source.functions].sort((a, b) => (a[2] === 0 ? 0 : 1) - (b[2] === 0 ? 0 : 1) || a[0] - b[0]);
  panel.hidden = !list.length;
  if (!list.length) return;
  const missed = list.filter((f) => f[2] === 0).length;
  panel.replaceChildren(el('summary', null, 'Functions ', el('span', { class: 'dim' }, missed ? `${count(missed)} of ${count(list.length)} never called` : `${count(list.length)}, all called`)),
    el('ul', null, ...list.slice(0, 500).map(([start, name, hits]) => el('li', { class: hits === 0 ? 'missed' : null }, el('a', { href: link(source.file.path, start || null) }, visible(name) || 'anonymous'), el('span', { class: 'dim' }, hits === 0 ? '✕ never called' : `${short(hits)}×`))),
      list.length > 500 ? el('li', { class: 'dim' }, `and ${count(list.length - 500)} more`) : null));
};
const drawSource = (file) => {
  source.unfolded = [];
  $('path').replaceChildren(...crumbs(file.path, true));
  const blob = $('blob');
  blob.hidden = !DATA.blob;
  if (DATA.blob) blob.href = `${DATA.blob}/${file.path.split('/').map(encodeURIComponent).join('/')}`;
  $('figures').replaceChildren(...[0, 1, 2, 3].map((unit) => [UNITS[unit], figure(file, unit)]).concat([['changed', file.changed]])
    .filter(([, value]) => value[1] > 0).map(([name, value]) => el('span', { class: 'figure' }, el('b', { class: level(value) }, percent(value)), ` ${name} `, el('span', { class: 'dim' }, `${count(value[0])}/${count(value[1])}`))),
  DATA.baseline ? change(file.native, file.before, file.fresh) : '', file.native[1] ? '' : el('span', { class: 'dim' }, 'nothing measured'));
  const longest = source.lines.reduce((most, line) => Math.max(most, line.length + 3 * (line.split('\t').length - 1)), 0);
  $('lines').style.minWidth = `calc(${Math.min(longest, MOST_LETTERS) + 30}ch + 170px)`;
  $('notes').replaceChildren(...source.notes.map((note) => el('p', { class: 'note' }, note)));
  drawFunctions();
  rebuild();
};
const showSource = async (file, first, last) => {
  const same = source.file === file;
  source.file = file;
  source.last = file;
  overview.hidden = true;
  $('source').hidden = false;
  document.title = `${visible(file.name)} · ${visible(DATA.title)}`;
  if (!same) {
    let data;
    try {
      data = await load(file);
    } catch (error) {
      data = { s: null, h: [], b: [], f: [], c: [] };
      prepare(file, data);
      source.notes = [error.message];
      drawSource(file);
      return;
    }
    if (source.file !== file) return;
    prepare(file, data);
    Object.assign(source, { first: 0, last: 0, at: 0 });
    drawSource(file);
    $('code').scrollTo(0, 0);
  }
  Object.assign(source, { first, last, at: first || source.at });
  source.last_ = last;
  if (source.enter && !first) { const way = source.enter; source.enter = 0; step(way); } else if (first) { goTo(first, !$(`L${first}`) || !same); code.show(true); tellStops(); }
  if (!document.activeElement.closest('#source, .search')) $('code').focus({ preventScroll: true });
};

// ── search: letters in order, best first ────────────────────────────────────────────────────────────────────
const lower = files.map((file) => file.path.toLowerCase());
// Higher is better: whole words in the name beat letters scattered over the path.
const score = (path, query) => {
  const found = path.lastIndexOf(query);
  if (found >= 0) {
    const inName = found > path.lastIndexOf('/');
    return 1000 + (inName ? 400 : 0) + (found === 0 || /[/._-]/.test(path[found - 1]) ? 200 : 0) - path.length / 4;
  }
  let points = 0;
  let at = path.length;
  let run = 0;
  for (let i = query.length - 1; i >= 0; i--) {
    const next = path.lastIndexOf(query[i], at - 1);
    if (next < 0) return -1;
    run = next === at - 1 ? run + 1 : 0;
    points += 2 * run + (next === 0 || /[/._-]/.test(path[next - 1]) ? 8 : 0);
    at = next;
  }
  return points - path.length / 8;
};
const places = (path, query) => {
  const found = path.lastIndexOf(query);
  if (found >= 0) return Array.from(query, (_, i) => found + i);
  const list = [];
  let at = path.length;
  for (let i = query.length - 1; i >= 0; i--) { at = path.lastIndexOf(query[i], at - 1); list.unshift(at); }
  return list;
};
let results = [];
let chosen = 0;
const search = () => {
  const query = $('search').value.trim().toLowerCase().replace(/\s+/g, '');
  results = [];
  if (query) {
    for (let i = 0; i < files.length; i++) {
      const points = score(lower[i], query);
      if (points > -1) results.push([points, i]);
    }
    results.sort((a, b) => b[0] - a[0] || a[1] - b[1]);
  }
  const total = results.length;
  results = results.slice(0, 30).map(([, i]) => i);
  chosen = 0;
  const box = $('results');
  box.hidden = !query;
  $('search').setAttribute('aria-expanded', String(!!query));
  box.replaceChildren(...results.map((i, index) => {
    const file = files[i];
    const marks = new Set(places(lower[i], query));
    const name = el('span', { class: 'hit' });
    // Letters whose lower case is longer would shift the marks; then there are none.
    if (lower[i].length === file.path.length) Array.from({ length: file.path.length }, (_, at) => at).forEach((at) => name.append(marks.has(at) ? el('mark', null, visible(file.path[at])) : visible(file.path[at])));
    else name.append(visible(file.path));
    return el('div', { role: 'option', id: `r${index}`, 'aria-selected': String(index === 0), onmousedown: (event) => { event.preventDefault(); pick(index); } }, name, el('span', { class: `pct ${level(file.native)}` }, percent(file.native)));
  }), total > results.length || !total ? el('p', { class: 'dim' }, total ? `and ${count(total - results.length)} more` : 'No path has these letters in this order.') : '');
  choose(0);
};
const choose = (index) => {
  $(`r${chosen}`)?.setAttribute('aria-selected', 'false');
  chosen = Math.max(0, Math.min(index, results.length - 1));
  const option = $(`r${chosen}`);
  option?.setAttribute('aria-selected', 'true');
  option?.scrollIntoView({ block: 'nearest' });
  if (option) $('search').setAttribute('aria-activedescendant', option.id);
  else $('search').removeAttribute('aria-activedescendant');
};
const pick = (index) => {
  const file = files[results[index]];
  if (!file) return;
  closeSearch();
  location.hash = link(file.path);
};
const closeSearch = () => {
  $('search').value = '';
  $('results').hidden = true;
  $('search').setAttribute('aria-expanded', 'false');
  $('search').blur();
  (source.file ? $('code') : $('grid')).focus({ preventScroll: true });
};

// ── the bar above, themes, keys ─────────────────────────────────────────────────────────────────────────────
const remember = (key, value) => { try { localStorage.setItem(key, value); } catch { /* a private window */ } };
const recall = (key) => { try { return localStorage.getItem(key); } catch { return null; } };
const theme = (name) => {
  if (name === 'light' || name === 'dark') document.documentElement.dataset.theme = name;
  else delete document.documentElement.dataset.theme;
  drawMap();
};
const isDark = () => (document.documentElement.dataset.theme ? document.documentElement.dataset.theme === 'dark' : matchMedia('(prefers-color-scheme: dark)').matches);
const flip = () => { const name = isDark() ? 'light' : 'dark'; theme(name); remember('gatewright-theme', name); say(`${name} theme`); };
const back = () => { if (source.file) location.hash = link(source.file.parent.path); else if (state.at !== root) location.hash = link(state.at.parent?.path || ''); };
const KEYS = [
  ['/', 'search for a file', () => { $('search').focus(); $('search').select(); }], ['n', 'next uncovered', () => source.file && step(1)], ['p', 'previous uncovered', () => source.file && step(-1)],
  [']', 'next file', () => source.file && neighbour(1)], ['[', 'previous file', () => source.file && neighbour(-1)], ['b', 'back to the folder', back],
  ['c', 'only what changed', () => toggle('changed')], ['u', 'only what is uncovered', () => toggle('uncovered')], ['t', 'folders or one list', () => !source.file && toggle('tree')],
  ['d', 'light or dark', flip], ['?', 'this help', () => $('help').showModal()],
];
const buildBar = () => {
  document.body.append(el('a', { href: '#', class: 'skip', onclick: (event) => { event.preventDefault(); (source.file ? $('code') : $('grid')).focus(); } }, 'Skip to the files'),
    el('div', { class: 'top', role: 'banner' },
      el('a', { href: '#', class: 'home' }, el('span', { class: 'logo', 'aria-hidden': 'true' }), visible(DATA.title)),
      el('div', { class: 'search', role: 'search' }, icon('search'),
        el('input', { id: 'search', type: 'text', role: 'combobox', autocomplete: 'off', spellcheck: 'false', placeholder: `Search ${plural(files.length, 'file')}`, 'aria-label': 'Search files', 'aria-expanded': 'false', 'aria-controls': 'results', 'aria-autocomplete': 'list', oninput: search, onblur: () => { $('results').hidden = true; }, onfocus: () => { if ($('search').value) search(); } }),
        el('kbd', { 'aria-hidden': 'true' }, '/'),
        el('div', { id: 'results', role: 'listbox', 'aria-label': 'Found files', hidden: true })),
      el('button', { id: 'theme', type: 'button', class: 'quiet', title: 'Light or dark (d)', 'aria-label': 'Light or dark', onclick: flip }, icon('theme')),
      el('button', { id: 'keys', type: 'button', class: 'quiet', title: 'Keys (?)', 'aria-label': 'Keys', onclick: () => $('help').showModal() }, '?')),
    el('div', { id: 'live', class: 'unseen', 'aria-live': 'polite' }),
    el('dialog', { id: 'help', 'aria-labelledby': 'help-title', onclick: (event) => { if (event.target === $('help')) $('help').close(); } },
      el('h2', { id: 'help-title' }, 'Keys'),
      el('dl', null, ...KEYS.concat([['↑ ↓', 'move in the list'], ['← →', 'close and open a folder'], ['⏎', 'open'], ['⇧ click', 'on a line number: mark a range']]).map(([key, text]) => el('div', null, el('dt', null, el('kbd', null, key)), el('dd', null, text)))),
      el('p', { class: 'dim legend' }, el('span', { class: 'missed' }, '✕ never run'), el('span', { class: 'partial' }, '◐ some branches taken'), el('span', { class: 'run' }, 'a number: run so often'), el('span', { class: 'plus' }, '+ changed')),
      el('form', { method: 'dialog' }, el('button', { autofocus: true, onclick: (event) => { event.preventDefault(); $('help').close(); } }, 'Close'))));
  $('search').addEventListener('keydown', (event) => {
    const acts = { ArrowDown: () => choose(chosen + 1), ArrowUp: () => choose(chosen - 1), Enter: () => pick(chosen), Escape: closeSearch };
    if (acts[event.key]) { event.preventDefault(); acts[event.key](); }
    event.stopPropagation();
  });
};
addEventListener('keydown', (event) => {
  if (event.ctrlKey || event.metaKey || event.altKey || $('help').open || event.target.closest?.('input')) return;
  const key = KEYS.find(([name]) => name === event.key);
  if (key) { event.preventDefault(); key[2](); }
});
addEventListener('beforeprint', () => { for (const rows of [listing, code]) { rows.whole = true; rows.show(true); } });
addEventListener('afterprint', () => { for (const rows of [listing, code]) { rows.whole = false; rows.show(true); } });
matchMedia('(prefers-color-scheme: dark)').addEventListener('change', drawMap);

const follow = () => {
  const { path, first, last } = route();
  const file = byPath.get(path);
  if (file) { showSource(file, first, last); return; }
  showOverview(path);
  if (path && !folders.has(path)) say('There is no such file in this report.');
};
buildBar();
buildOverview();
buildSource();
theme(recall('gatewright-theme'));
if (!DATA.patch) for (const id of ['f-changed', 's-changed']) $(id).disabled = true;
addEventListener('hashchange', follow);
follow();
})();
