// Elements, addresses, and lists of which only the rows in view are in the document. Foreign text goes through
// `visible` and becomes text, never markup.

// elements
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
const icon = (name) => svg('svg', { viewBox: '0 0 16 16', class: `icon i-${name}`, 'aria-hidden': 'true' }, svg('path', { d: ICONS[name] }));
let spoken;
const say = (text) => { clearTimeout(spoken); spoken = setTimeout(() => { $('live').textContent = text; }, 60); };

// routes: #src/ is a folder, #src/a.rs a file, #src/a.rs:12 or :12-20 its lines
const link = (path, line) => `#${path.split('/').map(encodeURIComponent).join('/').replaceAll('%40', '@')}${line ? `:${line}` : ''}`;
const route = () => {
  const [, path, first, last] = /^#?(.*?)(?::(\d+)(?:-(\d+))?)?$/s.exec(location.hash);
  let name = path;
  try { name = decodeURIComponent(path); } catch { /* a link that somebody typed: taken as it is */ }
  return { path: name, first: Number(first) || 0, last: Number(last) || Number(first) || 0 };
};

// rows: only those in view are in the document
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
    if (!this.scroller.clientHeight) return; // hidden
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
