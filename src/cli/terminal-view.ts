import { type Currency, formatMoney } from '../units/money.ts';
import type { PlayOfBox, ViewOfBox } from './box-client.ts';
import { columnsOf, flow, padEnd, wrap } from './text-columns.ts';

/** What stands around the view of the box: the terminal, and what is said beside it. */
export interface TerminalFrame {
  readonly columns: number;
  readonly rows: number;
  readonly screenUrl: string;
  /** Path of the serial console; null where none was asked for. */
  readonly consolePath: string | null;
  /** What the last key did; may have several lines. */
  readonly message: string;
}

/** Lines that stay or go together. Where the terminal is too low, the least needed go first. */
interface Block {
  readonly need: number;
  readonly lines: readonly string[];
}

const COLUMNS_MIN = 40;
const ROWS_MIN = 10;

/** The live view as lines of text, none wider than the terminal: a pure function of what the box says about itself. */
export function renderTerminal(view: ViewOfBox, frame: TerminalFrame): readonly string[] {
  const columns = Math.max(COLUMNS_MIN, frame.columns) - 2;
  const text = (need: number, ...paragraphs: readonly string[]): Block => ({
    need,
    lines: paragraphs.flatMap((paragraph) => wrap(paragraph, columns - 1)).map(indented),
  });
  const items = (need: number, ...parts: readonly string[]): Block => ({ need, lines: flow(parts, columns - 1).map(indented) });
  return lowered(Math.max(ROWS_MIN, frame.rows), [
    { need: 9, lines: rule(titleOf(view), view.connectivity === 'online' ? 'headend online' : 'headend OFFLINE', columns) },
    gap(),
    text(9, view.sentence),
    gap(),
    ...nowPlaying(view, columns, items),
    ...queueLines(view, columns),
    ...focusLines(view, columns),
    gap(),
    items(6, `credit ${money(view.creditMinor, view.currency)}`, ...coinSlot(view), ...volumes(view)),
    text(8, ...view.faults.map((fault) => `! ${fault.message}`)),
    { need: 2, lines: rule('', '', columns) },
    text(5, `screen ${frame.screenUrl}`, ...(frame.consolePath === null ? [] : [`console ${frame.consolePath}`])),
    items(7, ...(view.profile === 'jukebox' ? ['c coin'] : []), ...KEYS),
    text(9, ...frame.message.split('\n')),
  ]);
}

/** Of each sound zone, where there are some. */
function volumes({ silentPlayer, volumePercent, volumeZones }: ViewOfBox): readonly string[] {
  if (silentPlayer) return ['no sound card'];
  return volumeZones.length === 0 ? [`volume ${volumePercent} %`] : volumeZones.map(({ zone, percent }) => `${zone} ${percent} %`);
}

const KEYS = ['arrows move', 'enter OK', 'backspace back', 'space pause', 's skip', '+ - volume', 'x suppress ACKs', 'r receipt', 'o operator', 'q quit'];

type Items = (need: number, ...parts: readonly string[]) => Block;

function nowPlaying(view: ViewOfBox, columns: number, items: Items): readonly Block[] {
  const playing = view.nowPlaying;
  if (playing === null) return [{ need: 3, lines: [' (silence)'] }, gap()];
  const { play } = playing;
  const stalled = play.stalled === null ? [] : [`stalled: ${play.stalled}`];
  return [
    ...withRight(9, nameOf(playing), `${clock(play.positionMs)} / ${clock(play.durationMs)}`, columns),
    { need: 3, lines: [` ${bar(play.positionMs, play.durationMs, columns - 4)}`] },
    gap(),
    items(8, `window   ${windowBar(play, columns)}`, `${play.unpaidPackets} of ${play.creditWindowPackets} packets unpaid`),
    items(4, `pointer  ACK ${play.ackBase} of ${play.sentPackets} sent`, `paid ${play.paidPackets} packets`, `lost ${play.lostPackets}`),
    items(
      8,
      `so far   ${money(play.paidSoFarMinor, view.currency)}`,
      ...priceNow(play, view.currency),
      ...(play.acksSuppressed ? ['ACKs SUPPRESSED'] : []),
      ...stalled,
    ),
    gap(),
  ];
}

/** Of the part that sounds: free in an intro, the price of the whole in what is sold (ruling 8). */
function priceNow({ priceInForce }: PlayOfBox, currency: string): readonly string[] {
  if (priceInForce === null) return [];
  return [`price now ${priceInForce.billingClass === 'paid' ? money(priceInForce.quoteMinor, currency) : 'free'}`];
}

/** The credit window: filled as far as it is used. Full means the sender stops. */
function windowBar(play: PlayOfBox, columns: number): string {
  return bar(play.unpaidPackets, play.creditWindowPackets, Math.max(8, Math.min(24, columns - 38)));
}

function queueLines(view: ViewOfBox, columns: number): readonly Block[] {
  if (view.queue.length === 0) return [];
  const entries = view.queue.slice(0, 2).flatMap((entry, index) => withRight(4, `  ${index + 1}. ${entry.title}`, `in ${clock(entry.startsInMs)}`, columns));
  return [{ need: 5, lines: [` queue (${view.queue.length})`] }, ...entries, gap()];
}

function focusLines(view: ViewOfBox, columns: number): readonly Block[] {
  if (view.focus === null) return [{ need: 8, lines: [' the catalogue is still empty'] }];
  const price = view.focus.free ? 'free' : money(view.focus.priceMinor, view.focus.currency);
  return withRight(8, `> ${nameOf(view.focus)}`, `${price}   ${view.focusIndex + 1}/${view.catalogueSize}`, columns);
}

function coinSlot(view: ViewOfBox): readonly string[] {
  if (view.profile === 'set-top') return [];
  return [view.cash === 'accepting' ? 'coins accepted' : 'coin slot shut'];
}

/** A set-top in the kitchen is not called "Set-top box (set-top)". */
function titleOf(view: ViewOfBox): string {
  return view.name.toLowerCase().startsWith(view.profile) ? view.name : `${view.name} (${view.profile})`;
}

/** What is on the left takes the lines it needs, though only the first of them is needed; what is on the right ends that one. */
function withRight(need: number, left: string, right: string, columns: number): readonly Block[] {
  const indent = ` ${' '.repeat(left.search(/\S/))}`;
  const room = columns - columnsOf(right) - 2;
  const [first = '', ...more] = wrap(left, room - indent.length - 2);
  return [
    { need, lines: [`${padEnd(`${indent}${first}`, room)}  ${right}`] },
    { need: Math.min(need, 5), lines: more.map((line) => `${indent}  ${line}`) },
  ];
}

/** Drops the least needed blocks until all fits; what is needed most is never cut short of its last line. */
function lowered(rows: number, blocks: readonly Block[]): readonly string[] {
  const height = (kept: readonly Block[]): number => kept.reduce((sum, block) => sum + block.lines.length, 0);
  let kept = blocks.filter((block) => block.lines.length > 0);
  for (let need = 0; need < 9 && height(kept) > rows; need += 1) {
    for (const block of kept.filter((candidate) => candidate.need === need).reverse()) {
      if (height(kept) > rows) kept = kept.filter((candidate) => candidate !== block);
    }
  }
  return kept.flatMap((block) => block.lines).slice(0, rows);
}

function gap(): Block {
  return { need: 0, lines: [''] };
}

function indented(line: string): string {
  return ` ${line}`;
}

function bar(value: number, whole: number, width: number): string {
  const filled = whole <= 0 ? 0 : Math.max(0, Math.min(width, Math.round((value / whole) * width)));
  return `[${'#'.repeat(filled)}${'.'.repeat(width - filled)}]`;
}

/** A line across, with a name and a state on it; a long name goes on below. */
function rule(left: string, right: string, columns: number): readonly string[] {
  const tail = right === '' ? '' : ` ${right}`;
  const [first, ...more] = wrap(left, columns - columnsOf(tail) - 6);
  const head = first === undefined ? '--' : `-- ${first} `;
  return [`${head}${'-'.repeat(columns - columnsOf(head) - columnsOf(tail))}${tail}`, ...more.map((line) => `   ${line}`)];
}

function clock(milliseconds: number): string {
  const seconds = Math.max(0, Math.floor(milliseconds / 1_000));
  return `${Math.floor(seconds / 60)}:${String(seconds % 60).padStart(2, '0')}`;
}

function money(minor: string, currency: string): string {
  return formatMoney({ minor: BigInt(minor), currency: currency as Currency });
}

/** A file without tags has a title, its name, and no artist. */
function nameOf({ title, artist }: { readonly title: string; readonly artist: string }): string {
  return artist === '' ? title : `${title} - ${artist}`;
}
