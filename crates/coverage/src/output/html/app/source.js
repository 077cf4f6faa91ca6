// The second view: one file, its lines with hits and branches, and the way from miss to miss.

// the source of one file
const source = { file: null, lines: [], rows: [], at: 0, left: null };
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
    el('span', { role: 'cell', class: 'arms' }, arms ? `${arms[1] === arms[2] ? '●' : arms[1] ? '◐' : '○'} ${arms[1]}/${arms[2]}` : ''));
  const text = el('span', { role: 'cell', class: 'code' }, coloured(n));
  if (kind === 'partial') text.append(el('span', { class: 'why' }, tellArms(arms)));
  row.append(text);
  return row;
};
const short = (n) => (typeof n === 'string' ? '>9e15' : n < 1e5 ? `${n}` : n < 1e6 ? `${Math.floor(n / 1e3)}k` : n < 1e9 ? `${Math.floor(n / 1e5) / 10}M` : `${Math.floor(n / 1e8) / 10}G`);
const tellArms = (arms) => {
  const not = [];
  for (let i = 3; i < arms.length; i += 2) if (!(arms[i + 1] > 0)) not.push(visible(arms[i]) + (arms[i + 1] === null ? ' (not evaluated)' : ''));
  const text = `${arms[1]} of ${plural(arms[2], 'branch')} taken`;
  return not.length ? `${text}; missing ${not.slice(0, 4).join(' · ')}${not.length > 4 ? ` and ${not.length - 4} more` : ''}` : text;
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
      el('div', { class: 'tools' },
        el('span', { class: 'group' }, button('s-changed', 'Changed', 'c', () => toggle('changed'), 'Only changed lines'), button('s-uncovered', 'Uncovered', 'u', () => toggle('uncovered'), 'Only uncovered lines')),
        el('span', { class: 'group' }, el('button', { type: 'button', title: 'Previous uncovered (p)', 'aria-label': 'Previous uncovered', onclick: () => step(-1) }, icon('up')),
          el('span', { id: 'stops', class: 'count' }), el('button', { type: 'button', title: 'Next uncovered (n)', 'aria-label': 'Next uncovered', onclick: () => step(1) }, icon('down')))),
      el('div', { id: 'figures', class: 'figures' })),
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
  // Where many rows share a pixel, the more of them are missed the stronger it is.
  const shares = new Map();
  rows.forEach((n, index) => {
    const kind = typeof n === 'number' && kindOf(n);
    const top = scale < 1 ? Math.floor(index * scale) : index * scale;
    if (colour[kind]) {
      const share = shares.get(top) || { missed: 0, partial: 0 };
      share[kind]++;
      shares.set(top, share);
    }
    if (source.changed.has(n)) { pen.fillStyle = style.getPropertyValue('--accent'); pen.fillRect(0, top, 3, Math.max(1.5, scale)); }
  });
  for (const [top, { missed, partial }] of shares) {
    pen.globalAlpha = Math.min(1, 0.15 + (missed + partial) * Math.min(1, scale));
    pen.fillStyle = missed ? colour.missed : colour.partial;
    pen.fillRect(4, top, 10, Math.max(1, scale));
  }
  pen.globalAlpha = 1;
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
  source.left = file;
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
  if (source.enter && !first) { const way = source.enter; source.enter = 0; step(way); } else if (first) { goTo(first, !$(`L${first}`) || !same); code.show(true); tellStops(); }
  if (!document.activeElement.closest('#source, .search')) $('code').focus({ preventScroll: true });
};
