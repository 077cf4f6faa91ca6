// Finding a file, the bar above both views, themes, keys; and the start.

// search: letters in order, best first
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

// the bar above, themes, keys
const remember = (key, value) => { try { localStorage.setItem(key, value); } catch { /* a private window */ } };
const recall = (key) => { try { return localStorage.getItem(key); } catch { return null; } };
const theme = (name) => {
  if (name === 'light' || name === 'dark') document.documentElement.dataset.theme = name;
  else delete document.documentElement.dataset.theme;
  drawMap();
};
const isDark = () => (document.documentElement.dataset.theme ? document.documentElement.dataset.theme === 'dark' : matchMedia('(prefers-color-scheme: dark)').matches);
const flip = () => { const name = isDark() ? 'light' : 'dark'; theme(name); remember('gatewright-theme', name); say(`${name} theme`); };
// To where the file was found, or to its folder.
const back = () => { if (source.file) location.hash = link(within(source.file, state.at.path) ? state.at.path : source.file.parent.path); else if (state.at !== root) location.hash = link(state.at.parent?.path || ''); };
const KEYS = [
  ['/', 'search for a file', () => { $('search').focus(); $('search').select(); }], ['n', 'next uncovered', () => source.file && step(1)], ['p', 'previous uncovered', () => source.file && step(-1)],
  [']', 'next file', () => source.file && neighbour(1)], ['[', 'previous file', () => source.file && neighbour(-1)], ['b', 'back to the list', back],
  ['c', 'only what changed', () => toggle('changed')], ['u', 'only what is uncovered', () => toggle('uncovered')], ['t', 'folders or one list', () => !source.file && toggle('tree')],
  ['d', 'light or dark', flip], ['?', 'this help', () => $('help').showModal()],
];
const buildBar = () => {
  document.body.append(el('a', { href: '#', class: 'skip', onclick: (event) => { event.preventDefault(); (source.file ? $('code') : $('grid')).focus(); } }, 'Skip to the files'),
    el('div', { class: 'top', role: 'banner' },
      el('a', { href: '#', class: 'home' }, el('span', { class: 'logo', 'aria-hidden': 'true' }), el('span', null, visible(DATA.title))),
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
      el('form', { method: 'dialog' }, el('button', { onclick: (event) => { event.preventDefault(); $('help').close(); } }, 'Close'))));
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
