import { html, type Markup } from '../../platform/html.ts';

const WIDTH = 720;
const HEIGHT = 200;
const FOOT = 24;
const HEAD = 18;
const BAR_MAX = 90;

export interface Bar {
  readonly label: string;
  readonly value: number;
  /** As it is said to people. */
  readonly words: string;
}

/** A bar a period, as a picture without a script; each bar says its value to whoever hovers or listens. */
export function bars(title: string, values: readonly Bar[]): Markup {
  if (values.length === 0) return html`<p>Nothing yet.</p>`;
  const most = Math.max(1, ...values.map(({ value }) => value));
  const step = WIDTH / values.length;
  const room = HEIGHT - FOOT - HEAD;
  const drawn = values.map(({ label, value, words }, index) => {
    const height = Math.round((room * Math.max(0, value)) / most);
    const width = Math.min(BAR_MAX, Math.max(2, Math.round(step * 0.7)));
    const middle = Math.round((index + 0.5) * step);
    const left = middle - Math.round(width / 2);
    return html`<g><title>${label}: ${words}</title><rect x="${left}" y="${HEIGHT - FOOT - height}" width="${width}" height="${height}" fill="#4a7bd0"></rect>
<text x="${middle}" y="${HEIGHT - 6}" text-anchor="middle">${shortLabel(label, values.length, index)}</text></g>`;
  });
  return html`<svg viewBox="0 0 ${WIDTH} ${HEIGHT}" width="${WIDTH}" height="${HEIGHT}" role="img" aria-label="${title}"><text x="0" y="12">${title}, at most ${values.find(({ value }) => value === most)?.words ?? '0'}</text>${drawn}</svg>`;
}

/** Of many bars only some have room for a label. */
function shortLabel(label: string, count: number, index: number): string {
  const every = Math.ceil(count / 8);
  return index % every === 0 ? label : '';
}
