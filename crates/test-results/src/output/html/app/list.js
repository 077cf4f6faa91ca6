// The list: figures, suites, and the tests with their filters and orders.

// which tests, in which order
const state = { words: [], outcomes: '', fresh: false, quarantined: false, variant: -1, suite: null, sort: 'rank', down: false, active: 0, open: -1 };
let shown = new Int32Array(0);
let listing;
const SORTS = {
  rank: (a, b) => ranks[a] - ranks[b],
  name: (a, b) => { const [x, y] = [`${aroundOf(a)} ${nameOf(a)}`, `${aroundOf(b)} ${nameOf(b)}`]; return x < y ? -1 : x > y ? 1 : a - b; },
  time: (a, b) => DATA.times[b] - DATA.times[a] || a - b,
};
const matches = (test, texts) => {
  if (state.outcomes && !(state.outcomes === BAD ? isBad(test) : state.outcomes === outcomeOf(test))) return false;
  if (state.fresh && !has(test, NEW)) return false;
  if (state.quarantined && !has(test, QUARANTINED)) return false;
  if (state.variant >= 0 && VARIANT[test] !== state.variant) return false;
  if (state.suite && (suiteOf(test) !== state.suite.name || variantOf(test) !== state.suite.variant)) return false;
  return state.words.every((word) => texts[test].includes(word));
};
const isFiltered = () => state.words.length || state.outcomes || state.fresh || state.quarantined || state.variant >= 0 || state.suite;
const refresh = (keep) => {
  const texts = state.words.length ? haystack() : null;
  const at = shown[state.active];
  const found = [];
  for (let test = 0; test < LENGTH; test++) if (matches(test, texts)) found.push(test);
  found.sort(SORTS[state.sort]);
  if (state.down) found.reverse();
  shown = Int32Array.from(found);
  state.active = keep ? Math.max(0, shown.indexOf(at)) : 0;
  const noun = plural(LENGTH, 'test');
  $('found').textContent = isFiltered() ? `${count(shown.length)} of ${noun}` : noun;
  $('empty').hidden = shown.length > 0;
  $('empty').textContent = LENGTH ? 'No test matches.' : 'There is no test in this report.';
  $('reset').hidden = !isFiltered();
  $('grid').setAttribute('aria-rowcount', shown.length + 1);
  for (const [id, on] of [['f-new', state.fresh], ['f-quarantined', state.quarantined]]) $(id)?.setAttribute('aria-pressed', String(on));
  for (const letter of LETTERS) $(`c-${letter}`).setAttribute('aria-pressed', String(state.outcomes === letter));
  for (const [id, sort] of [['h-mark', 'rank'], ['h-name', 'name'], ['h-time', 'time']]) $(id).setAttribute('aria-sort', state.sort !== sort ? 'none' : (sort === 'time') !== state.down ? 'descending' : 'ascending');
  $('slowest').setAttribute('aria-pressed', String(state.sort === 'time' && !state.down));
  const chip = $('suite');
  chip.hidden = !state.suite;
  if (state.suite) chip.replaceChildren(flat(suiteTitle(state.suite)), ' ', icon('close'));
  if ($('variant')) $('variant').value = String(state.variant);
  listing.reset(shown.length);
  point();
};
// Shows which row is the active one.
const point = () => {
  const grid = $('grid');
  if (shown.length) grid.setAttribute('aria-activedescendant', `row${state.active}`);
  else grid.removeAttribute('aria-activedescendant');
  listing.list.querySelector('.active')?.classList.remove('active');
  $(`row${state.active}`)?.classList.add('active');
};
const move = (to) => {
  if (!shown.length) return;
  state.active = Math.max(0, Math.min(to, shown.length - 1));
  listing.reveal(state.active);
  point();
  if (state.open >= 0) openTest(shown[state.active]);
};
const change = (what) => { Object.assign(state, what); overview.scrollTop = Math.min(overview.scrollTop, $('grid').offsetTop - overview.querySelector('.sticky').offsetHeight); refresh(); };
// A letter, or all that speaks against the code.
const BAD = 'bad';
const onlyOutcome = (letter) => change({ outcomes: state.outcomes === letter ? '' : letter });
const sortBy = (sort) => { if (state.sort === sort) state.down = !state.down; else Object.assign(state, { sort, down: false }); refresh(); };
const reset = () => { $('search').value = ''; change({ words: [], outcomes: '', fresh: false, quarantined: false, variant: -1, suite: null }); };

// rows
const NARROW = matchMedia('(max-width: 760px)');
// A telephone has a second line for what a wide row says beside the name.
const rowHeight = () => (NARROW.matches ? 52 : 34);
const flags = (test) => [
  has(test, NEW) ? tag('new', 'low', 'it did not fail in what this run is compared with') : null,
  has(test, QUARANTINED) ? tag('quarantined', 'quiet-tag', 'its failures are accepted for now') : null,
  has(test, BY_RUNNER) ? tag('failed by runner', 'near', 'an attempt passed, and the runner was told to fail it') : null,
  outside.has(test) ? tag('outside of tests', 'quiet-tag', 'a setup, a build, a process') : null,
];
const drawRow = (index) => {
  const test = shown[index];
  const around = aroundOf(test);
  const history = historyOf(test);
  const variant = DATA.variants.length > 1 ? variantOf(test) : '';
  return el('div', { role: 'row', id: `row${index}`, class: `row${index === state.active ? ' active' : ''}${test === state.open ? ' opened' : ''}`, 'aria-rowindex': index + 2, 'aria-selected': String(test === state.open) },
    el('span', { role: 'gridcell' }, mark(outcomeOf(test))),
    el('span', { role: 'rowheader', class: 'name', title: flat(around ? `${around} › ${nameOf(test)}` : nameOf(test)) },
      el('span', { class: 'first' }, el('bdi', { class: 'leaf' }, flat(nameOf(test)) || '(no name)'), variant ? tag(flat(variant), 'quiet-tag', 'variant') : null, ...flags(test)),
      around ? el('bdi', { class: 'dir' }, flat(around)) : null,
      failureOf[test] ? el('bdi', { class: 'said' }, flat(failureOf[test].message)) : null),
    el('span', { role: 'gridcell', class: 'past' }, history ? strip(history[0], 12) : null),
    el('span', { role: 'gridcell', class: 'num' }, duration(DATA.times[test])));
};

// figures
const share = (counts) => {
  const total = counts.reduce((sum, n) => sum + n, 0) || 1;
  const bar = el('span', { class: 'bar', 'aria-hidden': 'true' });
  LETTERS.forEach((letter, at) => {
    if (!counts[at]) return;
    const part = el('i', { class: `b-${letter}` });
    part.style.flexGrow = counts[at] / total;
    bar.append(part);
  });
  return bar;
};
const card = (letter, at) => el('button', { id: `c-${letter}`, type: 'button', class: `card ${DATA.counts[at] ? OUTCOMES[letter].look : 'none'}`, 'aria-pressed': 'false', disabled: !DATA.counts[at], onclick: () => onlyOutcome(letter), title: `Only ${OUTCOMES[letter].title.toLowerCase()}` },
  el('span', { class: 'what' }, mark(letter), OUTCOMES[letter].title), el('span', { class: 'big' }, count(DATA.counts[at])));

// suites
const suiteTitle = ({ name, variant, rest }) => `${rest ? 'all further suites' : name || '(no suite)'}${variant ? ` (${variant})` : ''}`;
const MOST_SUITES = 60;
const drawSuites = (panel) => {
  if (panel.querySelector('table')) return;
  const rows = DATA.suites.slice(0, MOST_SUITES).map(([name, variant, counts, time, rest]) => {
    const suite = { name, variant, rest };
    return el('tr', null,
      el('th', { scope: 'row' }, rest ? suiteTitle(suite) : el('button', { type: 'button', class: 'as-link', onclick: () => change({ suite }) }, flat(suiteTitle(suite)))),
      el('td', { class: 'wide' }, share(counts)),
      ...[[counts[0] + counts[1], 'low'], [counts[2], 'near'], [counts.reduce((sum, n) => sum + n, 0), '']].map(([n, look], at) => el('td', { class: `num ${at === 1 ? 'minor ' : ''}${n ? look : 'dim'}` }, count(n))),
      el('td', { class: 'num' }, duration(time)));
  });
  const heads = [['Suite', ''], ['', 'wide'], ['Failed', 'num'], ['Flaky', 'num minor'], ['Tests', 'num'], ['Time', 'num']];
  panel.append(el('table', null, el('thead', null, el('tr', null, ...heads.map(([title, look]) => (title ? el('th', { scope: 'col', class: look }, title) : el('td', { class: look }))))), el('tbody', null, ...rows)));
  const more = DATA.suites.length + DATA.unlisted_suites - MOST_SUITES;
  if (more > 0) panel.append(el('p', { class: 'note' }, `and ${plural(more, 'suite')} more; the search finds their tests`));
};

// the page
const overview = el('main', { id: 'overview', tabindex: '-1' });
const toggle = (id, text, key, help, act) => el('button', { id, type: 'button', 'aria-pressed': 'false', 'aria-keyshortcuts': key, title: `${help} (${key})`, onclick: act }, text);
const head = (id, text, sort, look) => el('span', { id, role: 'columnheader', class: look, 'aria-sort': 'none' }, el('button', { type: 'button', onclick: () => sortBy(sort) }, text, icon('down')));
const buildOverview = () => {
  const fresh = failures.filter((failure) => failure.flags & NEW).length;
  const quarantined = failures.filter((failure) => failure.flags & QUARANTINED).length;
  overview.append(...[
    el('header', { class: 'about' },
      el('h1', null, DATA.verdict ? el('span', { class: `verdict v-${['pass', 'warn', 'fail'].includes(DATA.verdict) ? DATA.verdict : 'none'}` }, visible(DATA.verdict)) : null, el('bdi', null, visible(DATA.title))),
      el('p', { class: 'headline' }, flat(DATA.headline)),
      DATA.reasons.length ? el('ul', { class: 'reasons' }, ...DATA.reasons.slice(0, 12).map((reason) => el('li', null, flat(reason)))) : null,
      el('dl', null, ...DATA.subject.map(([label, value]) => el('div', null, el('dt', null, visible(label)), el('dd', null, visible(value)))))),
    share(DATA.counts),
    el('section', { class: 'cards', 'aria-label': 'Tests by outcome' }, ...LETTERS.map(card)),
    DATA.cut ? el('p', { class: 'note cut' }, el('b', null, `${count(DATA.cut[0])} of ${plural(DATA.cut[1], 'test')} are listed: `), 'those that failed, those that are flaky, and the slowest.') : null,
    DATA.suites.length > 1 ? el('details', { class: 'groups', ontoggle: (event) => drawSuites(event.target) }, el('summary', null, 'By suite ', el('span', { class: 'dim' }, count(DATA.suites.length + DATA.unlisted_suites)))) : null,
    el('div', { class: 'sticky' },
      el('div', { class: 'tools', role: 'toolbar', 'aria-label': 'Tests' },
        el('span', { id: 'found', role: 'status' }),
        el('button', { id: 'suite', type: 'button', class: 'chip', hidden: true, title: 'All suites', onclick: () => change({ suite: null }) }),
        el('button', { id: 'reset', type: 'button', class: 'as-link', hidden: true, onclick: reset }, 'Show all'),
        el('span', { class: 'gap' }),
        DATA.variants.length > 1 ? el('select', { id: 'variant', 'aria-label': 'Variant', onchange: (event) => change({ variant: Number(event.target.value) }) },
          el('option', { value: '-1' }, 'All variants'), ...DATA.variants.slice(0, 200).map((name, at) => el('option', { value: String(at) }, flat(name) || '(no variant)'))) : null,
        fresh || quarantined ? el('span', { class: 'group' },
          fresh ? toggle('f-new', `New failures ${count(fresh)}`, 'n', 'Only failures that are new', () => change({ fresh: !state.fresh })) : null,
          quarantined ? toggle('f-quarantined', `Quarantined ${count(quarantined)}`, 'q', 'Only tests in quarantine', () => change({ quarantined: !state.quarantined })) : null) : null,
        el('span', { class: 'group' }, el('button', { id: 'slowest', type: 'button', title: 'The slowest first (s)', 'aria-keyshortcuts': 's', onclick: () => sortBy('time') }, 'Slowest first'))),
      el('div', { id: 'head', class: 'row head', role: 'row' }, head('h-mark', el('span', { class: 'unseen' }, 'Outcome'), 'rank', ''), head('h-name', 'Test', 'name', 'name'), el('span', { role: 'columnheader', class: 'past' }, 'History'), head('h-time', 'Time', 'time', 'num'))),
    el('div', { id: 'grid', class: 'rows', role: 'grid', tabindex: '0', 'aria-owns': 'head', 'aria-label': 'Tests' }),
    el('p', { id: 'empty', class: 'note', hidden: true }),
  ].filter(Boolean));
  const frame = el('div', { id: 'frame' }, overview, detail);
  document.body.append(frame);
  const grid = $('grid');
  listing = new Rows(overview, grid, rowHeight(), drawRow);
  NARROW.addEventListener('change', () => { listing.height = rowHeight(); listing.reset(shown.length); listing.reveal(state.active); });
  grid.addEventListener('click', (event) => {
    const row = event.target.closest('.row');
    if (!row) return;
    state.active = Number(row.id.slice(3));
    point();
    openTest(shown[state.active], true);
  });
  grid.addEventListener('keydown', (event) => {
    const page = Math.max(1, Math.floor(overview.clientHeight / listing.height) - 3);
    const acts = {
      ArrowDown: () => move(state.active + 1), ArrowUp: () => move(state.active - 1), PageDown: () => move(state.active + page), PageUp: () => move(state.active - page), Home: () => move(0), End: () => move(shown.length - 1),
      Enter: () => shown.length && openTest(shown[state.active], true), ' ': () => shown.length && openTest(shown[state.active], true),
    };
    if (acts[event.key] && !event.ctrlKey && !event.metaKey && !event.altKey) { event.preventDefault(); event.stopPropagation(); acts[event.key](); }
  });
};
