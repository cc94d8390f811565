import { columnsOf } from './text-columns.ts';

const BAR = 30;
const DRAW_MS = 100;

/** A bar in the last line of a terminal; where there is none, nothing but the notes is written. */
export class ProgressBar {
  readonly #write: (text: string) => void;
  readonly #shown: boolean;
  readonly #startedMs = performance.now();
  #drawnMs = 0;
  #columns = 0;

  constructor(write: (text: string) => void, shown: boolean) {
    this.#write = write;
    this.#shown = shown;
  }

  /** @param share 0 to 1; null where the end is not known */
  draw(share: number | null, words: string): void {
    const nowMs = performance.now();
    if (!this.#shown || nowMs - this.#drawnMs < DRAW_MS) return;
    this.#drawnMs = nowMs;
    const line = share === null ? words : `${progressText(share)} ${words}${leftText(share, nowMs - this.#startedMs)}`;
    this.#write(`\r${line}${' '.repeat(Math.max(0, this.#columns - columnsOf(line)))}`);
    this.#columns = columnsOf(line);
  }

  /** A line that stays, above the bar. */
  note(text: string): void {
    this.clear();
    this.#write(text);
  }

  clear(): void {
    if (this.#columns > 0) this.#write(`\r${' '.repeat(this.#columns)}\r`);
    this.#columns = 0;
  }
}

/** `[█████     ]  50 %` */
export function progressText(share: number): string {
  const bounded = Math.min(1, Math.max(0, share));
  const filled = Math.round(bounded * BAR);
  return `[${'█'.repeat(filled)}${'·'.repeat(BAR - filled)}] ${String(Math.floor(100 * bounded)).padStart(3)} %`;
}

function leftText(share: number, elapsedMs: number): string {
  if (share <= 0.01 || elapsedMs < 2_000) return '';
  return `, ${Math.ceil((elapsedMs * (1 - share)) / share / 1_000)} s to go`;
}
