// The first view: totals, groups, and the tree of files with its filters, orders and keys.

// the overview: figures, groups, and the tree of files
const COLUMNS = [
  { id: 'name', title: 'File', sort: (a, b) => (a.path < b.path ? -1 : 1) },
  { id: 'main', title: mixed ? 'Covered' : TITLES[primary], value: (n) => n.native, wide: true },
  { id: 'missed', title: 'Missed', number: (n) => n.native[1] - n.native[0], help: 'measured and not run' },
  ...measured.filter((unit) => mixed || unit !== primary).map((unit) => ({ id: UNITS[unit], title: TITLES[unit], value: (n) => figure(n, unit) })),
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
  $('grid').classList.toggle('flat', !state.tree);
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
  return el('span', { role: 'gridcell', class: 'num wide' }, el('span', { class: 'of' }, value[1] ? `${count(value[0])}/${count(value[1])}` : ''), bar(value), text);
};
const drawRow = (index) => {
  const { node, depth, open } = shown[index];
  const name = el('span', { role: 'rowheader', class: 'name' },
    node.folder ? icon('arrow') : null, icon(node.folder ? 'folder' : 'file'),
    el('a', { href: link(node.path), tabindex: '-1', title: visible(node.path) }, state.tree ? null : el('span', { class: 'dir' }, visible(node.parent.path.slice(state.at.path.length))), el('span', { class: 'leaf' }, visible(node.name))),
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
  const table = el('table', null, el('thead', null, el('tr', null, el('th', { scope: 'col' }, 'Name'), ...units.map((unit) => el('th', { scope: 'col', class: `num${unit === primary ? '' : ' minor'}` }, TITLES[unit])))));
  const body = el('tbody');
  for (const [kind, name, totals] of DATA.groups) {
    body.append(el('tr', null, el('th', { scope: 'row' }, el('span', { class: 'kind' }, visible(kind)), visible(name)),
      ...units.map((unit) => {
        const value = [totals[2 * unit], totals[2 * unit + 1]];
        return el('td', { class: `num${unit === primary ? '' : ' minor'}` }, el('span', { class: 'of' }, value[1] ? `${count(value[0])}/${count(value[1])}` : ''), unit === primary ? bar(value) : null, el('span', { class: `pct ${level(value)}` }, percent(value)));
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
      ...(measured.length ? measured : [1]).map((unit) => card(TITLES[unit], all[unit], before(unit))),
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
      el('div', { id: 'head', class: 'row head', role: 'row' }, ...COLUMNS.map((column) => el('span', { id: `h-${column.id}`, role: 'columnheader', class: column.id === 'name' ? 'name' : `num${column.wide ? ' wide' : ''}`, 'aria-sort': 'none' },
        el('button', { type: 'button', title: column.help, onclick: () => sortBy(column.id) }, column.title, icon('down')))))),
    el('div', { id: 'grid', class: 'rows', role: 'treegrid', tabindex: '0', 'aria-owns': 'head', 'aria-label': 'Files' }),
    el('p', { id: 'empty', class: 'note', hidden: true }));
  overview.style.setProperty('--columns', COLUMNS.slice(1).map((c) => (c.wide ? '286px' : c.id === 'delta' ? '66px' : '82px')).join(' '));
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
  // Somebody comes back from a file: its folders are open.
  for (let up = source.left?.parent; state.tree && up && up !== at; up = up.parent) { state.open.add(up); state.closed?.delete(up); }
  refresh(!moved);
  if (moved && at !== root && !source.left) overview.scrollTop = $('grid').offsetTop - overview.querySelector('.sticky').offsetHeight;
  if (document.activeElement === document.body || !document.activeElement.isConnected || document.activeElement.closest('#source')) $('grid').focus({ preventScroll: true });
  if (source.left) {
    const index = shown.findIndex(({ node }) => node === source.left);
    if (index >= 0) { move(index); listing.reveal(index, true); }
    source.left = null;
  }
};
