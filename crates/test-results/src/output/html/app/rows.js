// Elements, and a list of which only the rows in view are in the document. Foreign text goes through `visible` and
// becomes text, never markup.

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
const SVG = 'http://www.w3.org/2000/svg';
const svg = (tag, attributes, ...children) => {
  const node = document.createElementNS(SVG, tag);
  Object.entries(attributes).forEach(([key, value]) => node.setAttribute(key, value));
  node.append(...children);
  return node;
};
const ICONS = {
  f: 'M4.5 4.5l7 7M11.5 4.5l-7 7', e: 'M8 3.5v5.5M8 11.4v1.1', k: 'M3 10c1.7-4 3.3-4 5 0s3.3 0 5-4', s: 'M4 8h8', p: 'M3.5 8.5l3 3 6-6.5',
  down: 'M4 6l4 4 4-4', search: 'M7 12A5 5 0 1 0 7 2a5 5 0 0 0 0 10zM10.7 10.7L14 14', close: 'M4 4l8 8M12 4l-8 8', copy: 'M5.5 5.5h7v8h-7zM10.5 5.5v-3h-7v8h2',
  theme: 'M8 2.5a5.5 5.5 0 1 0 0 11z M8 2.5a5.5 5.5 0 0 1 0 11', up: 'M4 10l4-4 4 4',
};
const icon = (name) => svg('svg', { viewBox: '0 0 16 16', class: `icon i-${name}`, 'aria-hidden': 'true' }, svg('path', { d: ICONS[name] }));
const mark = (letter) => {
  const node = el('span', { class: `mark ${OUTCOMES[letter].look}`, role: 'img', 'aria-label': OUTCOMES[letter].word, title: OUTCOMES[letter].word }, icon(letter));
  return node;
};
// One picture for all squares, one path for each outcome. What failed is tall, what passed low, so that colours are not
// all that tells them apart.
const HEIGHTS = { f: 12, e: 12, k: 9, p: 5, s: 2 };
const strip = (outcomes, most) => {
  const last = outcomes.slice(-most);
  const paths = {};
  [...last].forEach((letter, at) => {
    const height = HEIGHTS[letter];
    if (height) paths[letter] = `${paths[letter] || ''}M${at * 6} ${12 - height}h5v${height}h-5z`;
  });
  const width = Math.max(1, last.length * 6);
  const words = tell(last);
  return svg('svg', { class: 'strip', width, height: 12, viewBox: `0 0 ${width} 12`, role: 'img', 'aria-label': words },
    svg('title', {}, words), ...Object.entries(paths).map(([letter, d]) => svg('path', { d, class: `h-${letter}` })));
};
const tag = (text, look, help) => el('span', { class: `tag ${look}`, title: help }, text);
let spoken;
const say = (text) => { clearTimeout(spoken); spoken = setTimeout(() => { $('live').textContent = text; }, 60); };

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
    if (this.whole) [from, to] = [0, Math.min(this.length, 3000)];
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
  // Brings a row into view, only as far as needed.
  reveal(index) {
    const head = this.scroller.querySelector('.sticky')?.offsetHeight || 0;
    const top = this.list.offsetTop + index * this.height;
    const { scrollTop, clientHeight } = this.scroller;
    if (top < scrollTop + head) this.scroller.scrollTop = top - head;
    else if (top + this.height > scrollTop + clientHeight) this.scroller.scrollTop = top + this.height - clientHeight;
    this.show();
  }
}
