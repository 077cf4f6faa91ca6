// The bar above, the search, themes, keys; and the start.

const remember = (key, value) => { try { localStorage.setItem(key, value); } catch { /* a private window */ } };
const recall = (key) => { try { return localStorage.getItem(key); } catch { return null; } };
const theme = (name) => {
  if (name === 'light' || name === 'dark') document.documentElement.dataset.theme = name;
  else delete document.documentElement.dataset.theme;
};
const isDark = () => (document.documentElement.dataset.theme ? document.documentElement.dataset.theme === 'dark' : matchMedia('(prefers-color-scheme: dark)').matches);
const flip = () => { const name = isDark() ? 'light' : 'dark'; theme(name); remember('gatewright-theme', name); say(`${name} theme`); };
const escape = () => { if (!detail.hidden) closeTest(); else if (isFiltered()) reset(); };
const KEYS = [
  ['/', 'search', () => { $('search').focus(); $('search').select(); }],
  ['j', 'next test', () => { move(state.active + 1); }], ['k', 'previous test', () => { move(state.active - 1); }],
  ['f', 'only failures and errors', () => onlyOutcome(BAD)], ['n', 'only new failures', () => $('f-new')?.click()], ['q', 'only quarantined', () => $('f-quarantined')?.click()],
  ['s', 'the slowest first', () => sortBy('time')], ['d', 'light or dark', flip], ['?', 'this help', () => $('help').showModal()],
];
let typing;
const search = () => {
  clearTimeout(typing);
  typing = setTimeout(() => change({ words: $('search').value.toLowerCase().split(/\s+/).filter(Boolean) }), LENGTH > 20000 ? 120 : 30);
};
const buildBar = () => {
  document.body.append(el('a', { href: '#', class: 'skip', onclick: (event) => { event.preventDefault(); $('grid').focus(); } }, 'Skip to the tests'),
    el('div', { class: 'top', role: 'banner' },
      el('span', { class: 'home' }, el('span', { class: `logo v-${DATA.verdict === 'pass' ? 'pass' : DATA.verdict === 'fail' ? 'fail' : 'none'}`, 'aria-hidden': 'true' }), el('bdi', null, visible(DATA.title))),
      el('div', { class: 'search', role: 'search' }, icon('search'),
        el('input', { id: 'search', type: 'text', autocomplete: 'off', spellcheck: 'false', placeholder: 'Search name, suite, file, message', 'aria-label': 'Search tests', 'aria-controls': 'grid', oninput: search }),
        el('kbd', { 'aria-hidden': 'true' }, '/')),
      el('button', { id: 'theme', type: 'button', class: 'quiet', title: 'Light or dark (d)', 'aria-label': 'Light or dark', onclick: flip }, icon('theme')),
      el('button', { id: 'keys', type: 'button', class: 'quiet', title: 'Keys (?)', 'aria-label': 'Keys', onclick: () => $('help').showModal() }, '?')),
    el('div', { id: 'live', class: 'unseen', 'aria-live': 'polite' }),
    el('dialog', { id: 'help', 'aria-labelledby': 'help-title', onclick: (event) => { if (event.target === $('help')) $('help').close(); } },
      el('h2', { id: 'help-title' }, 'Keys'),
      el('dl', null, ...KEYS.concat([['↑ ↓', 'move in the list'], ['⏎', 'open'], ['Esc', 'close, then show all']]).map(([key, words]) => el('div', null, el('dt', null, el('kbd', null, key)), el('dd', null, words)))),
      el('p', { class: 'dim' }, 'In a history what failed is tall, what was flaky half as tall, what passed low.'),
      el('form', { method: 'dialog' }, el('button', { onclick: (event) => { event.preventDefault(); $('help').close(); } }, 'Close'))));
  $('search').addEventListener('keydown', (event) => {
    const acts = {
      Escape: () => { if ($('search').value) { $('search').value = ''; search(); } else $('grid').focus(); },
      Enter: () => { clearTimeout(typing); change({ words: $('search').value.toLowerCase().split(/\s+/).filter(Boolean) }); $('grid').focus({ preventScroll: true }); },
      ArrowDown: () => $('grid').focus({ preventScroll: true }),
    };
    if (acts[event.key]) { event.preventDefault(); acts[event.key](); }
    event.stopPropagation();
  });
};
addEventListener('keydown', (event) => {
  if (event.ctrlKey || event.metaKey || event.altKey || $('help').open || event.target.closest?.('input, select')) return;
  if (event.key === 'Escape') { event.preventDefault(); escape(); return; }
  const key = KEYS.find(([name]) => name === event.key);
  if (key) { event.preventDefault(); key[2](); return; }
  if (event.key === 'Enter' && !event.target.closest?.('button, a, summary, select') && shown.length) { event.preventDefault(); openTest(shown[state.active], true); }
});
addEventListener('beforeprint', () => { listing.whole = true; listing.show(true); });
addEventListener('afterprint', () => { listing.whole = false; listing.show(true); });

const follow = () => {
  const test = byId.get(location.hash.slice(1));
  if (test === undefined) return;
  const index = shown.indexOf(test);
  if (index < 0) return;
  state.active = index;
  listing.reveal(index);
  point();
  openTest(test);
};
buildBar();
buildOverview();
theme(recall('gatewright-theme'));
refresh();
$('grid').focus({ preventScroll: true });
addEventListener('hashchange', follow);
follow();
