import type { BoxView } from '../session/box-view.ts';

export const DISPLAY_COLUMNS = 16;

/** What the front panel shows: a pure function of the view, so that a redraw is a comparison. */
export interface PanelFace {
  /** Exactly 16 characters each. */
  readonly lines: readonly [string, string];
  readonly lamps: {
    /** Lit while a press of OK would do something. */
    readonly ok: boolean;
    readonly back: boolean;
    /** Lit while something sounds; dark in a pause. */
    readonly playing: boolean;
    readonly fault: boolean;
    /** The out-of-service sign: nothing is sold. */
    readonly sign: boolean;
  };
  /** The amplifier's relay: silent boxes do not hum. */
  readonly amplifier: boolean;
}

/** @param nowMs turns a title that is too long, one character in 300 ms */
export function panelFace(view: BoxView, nowMs: number): PanelFace {
  const sounding = view.sound !== 'silent' && (view.playback.startsWith('playing.flowing') || view.playback === 'preListen');
  const asks = view.question !== null || view.rental !== null;
  const work = view.rental === null ? (view.nowPlaying ?? view.focus) : null;
  const title = view.rental?.title ?? (work === null ? null : `${work.title} - ${work.artist}`);
  return {
    lines: firstBootLines(view, nowMs) ?? [title === null ? row('Ackbox') : turned(title, nowMs), row(secondLine(view))],
    lamps: {
      ok: view.firstBoot !== null || asks || (view.playback === 'browse' && view.focus !== null),
      back: asks || view.firstBoot?.canGoBack === true,
      playing: sounding,
      fault: view.faults.length > 0 || view.service !== 'inService',
      sign: view.service !== 'inService',
    },
    amplifier: sounding || (view.sound !== 'silent' && view.playback === 'playing.stalled'),
  };
}

/** The question above, the choice that has the focus below; a code stays in sight whatever OK does. */
function firstBootLines({ firstBoot }: BoxView, nowMs: number): readonly [string, string] | null {
  if (firstBoot === null) return null;
  const { code, asks, line, choices, likely } = firstBoot;
  const choice = choices.find(({ value }) => value === likely)?.words ?? '';
  return code === null ? [row(line), turned(choice, nowMs)] : [turned(asks, nowMs), row(code)];
}

function secondLine(view: BoxView): string {
  if (view.question === null) return view.shortLine;
  const seconds = `${view.question.secondsLeft}s`;
  return row(view.shortLine, DISPLAY_COLUMNS - seconds.length) + seconds;
}

function row(text: string, columns = DISPLAY_COLUMNS): string {
  return [...text, ...' '.repeat(columns)].slice(0, columns).join('');
}

const STEP_MS = 300;
const GAP = '   ';

function turned(text: string, nowMs: number): string {
  const characters = [...text];
  if (characters.length <= DISPLAY_COLUMNS) return row(text);
  const ring = [...characters, ...GAP];
  const start = Math.floor(nowMs / STEP_MS) % ring.length;
  return [...ring.slice(start), ...ring].slice(0, DISPLAY_COLUMNS).join('');
}
