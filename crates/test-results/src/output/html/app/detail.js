// One test: why it failed, where, what it did before. The words of failures lie in scripts of their own.

// words of failures
const packs = new Map();
const pending = new Map();
window.gatewright = (name, content) => { packs.set(name, content); };
const load = ({ pack, slot }) => {
  const name = DATA.packs[pack] ?? `pack${pack}`;
  if (DATA.packs[pack] === null && !packs.has(name)) packs.set(name, JSON.parse($(name).textContent));
  if (packs.has(name)) return Promise.resolve(packs.get(name)[slot]);
  if (!pending.has(name)) {
    pending.set(name, new Promise((done, fail) => {
      const script = el('script', { src: `data/${name}.js` });
      script.onload = () => { script.remove(); done(); };
      script.onerror = () => { script.remove(); pending.delete(name); fail(new Error(`data/${name}.js is not there. It belongs beside this page: keep the folder whole.`)); };
      document.head.append(script);
    }));
  }
  return pending.get(name).then(() => packs.get(name)[slot]);
};

// text that failed
const MOST_LINES = 600;
// Lines of a difference stand out; only where there are some of both kinds, because a list has dashes, too.
const [PLUS, MINUS] = [/^\s*\+(?!\+)/, /^\s*[-−](?![-−])/];
const text = (words) => {
  const lines = plain(words).replace(/\n+$/, '').split('\n');
  const isDifference = [PLUS, MINUS].every((kind) => lines.some((line) => kind.test(line)));
  if (lines.length > MOST_LINES || !isDifference) return [lines.join('\n')];
  return lines.map((line, at) => {
    const end = at < lines.length - 1 ? '\n' : '';
    const kind = PLUS.test(line) ? 'plus' : MINUS.test(line) ? 'minus' : null;
    return kind ? el('span', { class: kind }, line + end) : line + end;
  });
};
const block = (title, words, look) => el('section', null, el('h3', null, title, el('button', { type: 'button', class: 'quiet copy', title: 'Copy', 'aria-label': `Copy: ${title}`, onclick: () => copy(words) }, icon('copy'))),
  el('pre', { class: look, tabindex: '0' }, ...text(words)));
const copy = (words) => {
  const done = () => say('copied');
  if (navigator.clipboard?.writeText) navigator.clipboard.writeText(words).then(done, () => say('the browser did not allow it'));
};

// places
const place = (path, line, known) => {
  const label = `${visible(path)}${line ? `:${line}` : ''}`;
  if (!known || !DATA.blob) return el('code', null, label);
  const href = `${DATA.blob}/${path.split('/').map(encodeURIComponent).join('/')}${line ? `#L${line}` : ''}`;
  return el('a', { href, target: '_blank', rel: 'noreferrer noopener' }, el('code', null, label));
};
const located = (failure) => {
  const [, path, line] = /^(.*?)(?::(\d+))?$/s.exec(failure.place);
  return place(path, Number(line) || 0, true);
};
const file = (path) => (/^https:\/\//.test(path) ? el('a', { href: path, target: '_blank', rel: 'noreferrer noopener' }, el('code', null, visible(path))) : el('code', null, visible(path)));

// the pane
const detail = el('aside', { id: 'detail', 'aria-label': 'Test', tabindex: '-1', hidden: true });
const fact = (title, ...content) => el('div', null, el('dt', null, title), el('dd', null, ...content));
const facts = (test, words) => {
  const failure = failureOf[test];
  const declared = fileOf(test);
  const history = historyOf(test);
  return el('dl', { class: 'facts' },
    failure?.place ? fact('Where', located(failure)) : null,
    suiteOf(test) ? fact('Suite', visible(suiteOf(test))) : null,
    classOf(test) ? fact('Class', visible(classOf(test))) : null,
    variantOf(test) ? fact('Variant', visible(variantOf(test))) : null,
    declared && failure?.place.replace(/:\d+$/, '') !== declared ? fact('File', place(declared, LINE[test], false)) : null,
    DATA.times[test] >= 0 ? fact('Time', duration(DATA.times[test])) : null,
    words && words.runs > 1 ? fact('Failed', `${count(words.runs)} times`) : words?.runs && outcomeOf(test) === 'k' ? fact('Failed', 'once, before it passed') : null,
    words?.report ? fact('Report', el('code', null, `${visible(words.report)}${words.line ? `:${words.line}` : ''}`)) : null,
    words?.standing ? fact('Baseline', visible(words.standing)) : null,
    words?.quarantine ? fact('Quarantine', visible(words.quarantine)) : null,
    ...(words?.properties || []).slice(0, 40).map(([name, value]) => fact(visible(name), visible(value))),
    words?.files ? fact('Files', el('ul', { class: 'plain-list' }, ...words.files.map((path) => el('li', null, file(path))))) : null,
    history ? fact('History', strip(history[0], 60), el('span', { class: 'dim' }, ` ${tell(history[0]).replace(/^.*?: /, '')}`)) : null,
    history?.[1] ? fact('Bad in', visible(history[1])) : null);
};
const failed = (words) => {
  const parts = [];
  const body = plain(words.head || '');
  const message = words.message || '';
  const heading = words.kind || 'Message';
  if (message && !(body.trim().startsWith(plain(message).trim()) && !words.gap)) parts.push(block(visible(heading), message, 'message'));
  if (words.gap) {
    parts.push(block('Beginning', words.head || ''), el('p', { class: 'note' }, `${count(words.gap)} bytes were left out here`), block('End', words.tail || ''));
  } else if (body.trim() || words.tail) {
    parts.push(block(parts.length ? 'Text' : visible(heading === 'Message' ? 'Text' : heading), (words.head || '') + (words.tail || '')));
  }
  if (!parts.length) parts.push(el('p', { class: 'note' }, 'The report has no words about it.'));
  return parts;
};
const drawTest = (test, words, error) => {
  const letter = outcomeOf(test);
  const around = aroundOf(test);
  detail.replaceChildren(
    el('header', null,
      el('div', { class: 'bar-of' }, mark(letter), el('span', { class: `outcome ${OUTCOMES[letter].look}` }, OUTCOMES[letter].word), ...flags(test), el('span', { class: 'gap' }),
        el('button', { type: 'button', class: 'quiet', title: 'The test before (k)', 'aria-label': 'The test before', onclick: () => move(state.active - 1) }, icon('up')),
        el('button', { type: 'button', class: 'quiet', title: 'The next test (j)', 'aria-label': 'The next test', onclick: () => move(state.active + 1) }, icon('down')),
        el('button', { type: 'button', class: 'quiet', title: 'Copy the name', 'aria-label': 'Copy the name', onclick: () => copy(nameOf(test)) }, icon('copy')),
        el('button', { id: 'close', type: 'button', class: 'quiet', title: 'Close (Esc)', 'aria-label': 'Close', onclick: closeTest }, icon('close'))),
      around ? el('p', { class: 'dim' }, el('bdi', null, visible(around))) : null,
      el('h2', null, el('bdi', null, visible(nameOf(test)) || '(no name)'))),
    ...(error ? [el('p', { class: 'note' }, error)] : words ? failed(words) : failureOf[test] ? [el('p', { class: 'note' }, 'Loading …')] : []),
    facts(test, words));
};
const openTest = (test, focus) => {
  const moved = state.open !== test;
  listing.list.querySelector('.opened')?.classList.remove('opened');
  state.open = test;
  $(`row${state.active}`)?.classList.add('opened');
  const wasHidden = detail.hidden;
  detail.hidden = false;
  document.body.classList.add('with-detail');
  if (wasHidden) listing.reveal(state.active);
  const failure = failureOf[test];
  if (moved || wasHidden) {
    drawTest(test);
    detail.scrollTop = 0;
    if (failure) load(failure).then((words) => { if (state.open === test) drawTest(test, words); }, (error) => { if (state.open === test) drawTest(test, null, error.message); });
  }
  const hash = failure ? `#${failure.id}` : location.pathname.slice(location.pathname.lastIndexOf('/') + 1);
  try { history.replaceState(null, '', hash); } catch { /* a browser that keeps addresses of files */ }
  if (focus && NARROW.matches) detail.focus({ preventScroll: true });
  if (moved) say(`${OUTCOMES[outcomeOf(test)].word}: ${flat(nameOf(test))}`);
};
const closeTest = () => {
  if (detail.hidden) return;
  detail.hidden = true;
  state.open = -1;
  document.body.classList.remove('with-detail');
  try { history.replaceState(null, '', location.pathname.slice(location.pathname.lastIndexOf('/') + 1)); } catch { /* as above */ }
  listing.show(true);
  listing.reveal(state.active);
  $('grid').focus({ preventScroll: true });
};
