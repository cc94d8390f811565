import { type Currency, formatMoney } from '../units/money.ts';
import type { PlayOfBox, ViewOfBox } from './box-client.ts';

const WIDTH = 78;

/** The live view as lines of text, at most 78 columns: a pure function of what the box says about itself. */
export function renderTerminal(view: ViewOfBox, screenUrl: string, message = ''): readonly string[] {
  const sound = view.silentPlayer ? 'no sound card' : `volume ${view.volumePercent} %`;
  return [
    rule(`${view.name} (${view.profile})`, view.connectivity === 'online' ? 'headend online' : 'headend OFFLINE'),
    '',
    ` ${clip(view.sentence, WIDTH - 2)}`,
    '',
    ...nowPlaying(view),
    ...queueLines(view),
    ...focusLines(view),
    '',
    clip(` credit ${money(view.creditMinor, view.currency).padEnd(14)} coins ${view.cash.padEnd(12)} ${sound}`, WIDTH),
    ...view.faults.map((fault) => ` ! ${clip(fault.message, WIDTH - 4)}`),
    rule('', ''),
    clip(` screen ${screenUrl}`, WIDTH),
    ' c coin   arrows move   enter OK   backspace back   space pause   s skip',
    ' + - volume   x suppress ACKs   r receipt   q quit',
    ` ${clip(message, WIDTH - 2)}`,
  ];
}

function nowPlaying(view: ViewOfBox): readonly string[] {
  const playing = view.nowPlaying;
  if (playing === null) return [' (silence)', ''];
  const { play } = playing;
  return [
    ` ${clip(`${playing.title} - ${playing.artist}`, 52).padEnd(54)}${clock(play.positionMs)} / ${clock(play.durationMs)}`,
    ` ${bar(play.positionMs, play.durationMs, WIDTH - 4)}`,
    '',
    ` window   ${windowBar(play)}  ${play.unpaidPackets} of ${play.creditWindowPackets} packets unpaid`,
    ` pointer  ACK ${play.ackBase} of ${play.sentPackets} sent    paid ${play.paidPackets} packets    lost ${play.lostPackets}`,
    ` so far   ${money(play.paidSoFarMinor, view.currency)}${play.acksSuppressed ? '    ACKs SUPPRESSED' : ''}${play.stalled === null ? '' : `    stalled: ${play.stalled}`}`,
    '',
  ];
}

/** The credit window: filled as far as it is used. Full means the sender stops. */
function windowBar(play: PlayOfBox): string {
  return bar(play.unpaidPackets, play.creditWindowPackets, 24);
}

function queueLines(view: ViewOfBox): readonly string[] {
  if (view.queue.length === 0) return [];
  const shown = view.queue.slice(0, 2).map((entry, index) => `   ${index + 1}. ${clip(entry.title, 48).padEnd(50)}in ${clock(entry.startsInMs)}`);
  return [` queue (${view.queue.length})`, ...shown, ''];
}

function focusLines(view: ViewOfBox): readonly string[] {
  if (view.focus === null) return [' the catalogue is still empty'];
  const price = view.focus.free ? 'free' : money(view.focus.priceMinor, view.focus.currency);
  return [` > ${clip(`${view.focus.title} - ${view.focus.artist}`, 52).padEnd(54)}${price}   ${view.focusIndex + 1}/${view.catalogueSize}`];
}

function bar(value: number, whole: number, width: number): string {
  const filled = whole <= 0 ? 0 : Math.max(0, Math.min(width, Math.round((value / whole) * width)));
  return `[${'#'.repeat(filled)}${'.'.repeat(width - filled)}]`;
}

function rule(left: string, right: string): string {
  const room = Math.max(2, WIDTH - left.length - right.length - 5);
  return `-- ${left}${left === '' ? '-' : ' '}${'-'.repeat(room)}${right === '' ? '--' : ` ${right}`}`.slice(0, WIDTH);
}

function clip(text: string, width: number): string {
  const plain = text.replace(/\p{Cc}/gu, ' ');
  return plain.length <= width ? plain : `${plain.slice(0, width - 3)}...`;
}

function clock(milliseconds: number): string {
  const seconds = Math.max(0, Math.floor(milliseconds / 1_000));
  return `${Math.floor(seconds / 60)}:${String(seconds % 60).padStart(2, '0')}`;
}

function money(minor: string, currency: string): string {
  return formatMoney({ minor: BigInt(minor), currency: currency as Currency });
}
