import { existsSync, mkdtempSync, readdirSync, rmSync, statSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setFlagsFromString } from 'node:v8';
import { runInNewContext } from 'node:vm';
import { seededRandom } from '../../fakes/book-folder.ts';
import { VirtualClock } from '../../fakes/virtual-clock.ts';
import { FleetBox } from './fleet-box.ts';
import { FleetHeadend } from './fleet-headend.ts';

export interface SoakOptions {
  readonly boxes: number;
  readonly days: number;
  readonly visitsADay: number;
  readonly seed: number;
  readonly onDay?: (day: DayFigures) => void;
}

export interface DayFigures {
  readonly day: number;
  /** Live objects after a collection, and what the process holds, with the pages of every book. */
  readonly heapMiB: number;
  readonly residentMiB: number;
  /** Null where every record and every minor unit is where it must be. */
  readonly problem: string | null;
  readonly records: number;
  readonly diskMiB: number;
}

export interface SoakReport {
  readonly boxes: number;
  readonly days: number;
  readonly visits: number;
  readonly streamed: number;
  readonly borrowed: number;
  readonly records: number;
  readonly cuts: number;
  readonly boxCrashes: number;
  readonly headendRestarts: number;
  readonly quarantined: number;
  readonly undelivered: number;
  readonly billedMinor: string;
  readonly earnedMinor: string;
  readonly problems: readonly string[];
  /** Live memory at the end of the first third and at the end. */
  readonly heapMiB: readonly [number, number];
  readonly residentMiB: readonly [number, number];
  readonly diskMiB: number;
  readonly seconds: number;
}

const HOURS = 24;
/** How long the line is looked at after each hour's visits. */
const ONLINE_S = 20;
const KEYS = 25;

/** So many boxes for so many days on a turned clock; the conservation of records and money is checked at the end of each day. */
export async function soakFleet(options: SoakOptions): Promise<SoakReport> {
  const folder = mkdtempSync(join(existsSync('/dev/shm') ? '/dev/shm' : tmpdir(), 'ackbox-fleet-'));
  const soak = new Soak(folder, options);
  try {
    return await soak.run();
  } finally {
    soak.close();
    rmSync(folder, { recursive: true, force: true });
  }
}

class Soak {
  readonly #folder: string;
  readonly #options: SoakOptions;
  readonly #clock = new VirtualClock(1_000_000_000n, Date.UTC(2027, 2, 1));
  readonly #random: ReturnType<typeof seededRandom>;
  readonly #headend: FleetHeadend;
  readonly #boxes: readonly FleetBox[];
  readonly #problems: string[] = [];
  #visits = 0;

  constructor(folder: string, options: SoakOptions) {
    this.#folder = folder;
    this.#options = options;
    this.#random = seededRandom(options.seed);
    const parts = { folder, clock: this.#clock, random: this.#random };
    this.#headend = new FleetHeadend(folder, this.#clock, this.#random);
    this.#boxes = Array.from({ length: options.boxes }, (_, number) => new FleetBox(number, { ...parts, headend: this.#headend }));
  }

  async run(): Promise<SoakReport> {
    const beganMs = performance.now();
    await this.#headend.fillCatalogue();
    for (const box of this.#boxes) await box.borrow();
    const days: DayFigures[] = [];
    for (let day = 1; day <= this.#options.days; day += 1) {
      for (let hour = 0; hour < HOURS; hour += 1) await this.#hour();
      if (this.#random.next(2) === 0) this.#headend.restart();
      days.push(await this.#endDay(day));
    }
    await this.#drain();
    return this.#report(days, (performance.now() - beganMs) / 1_000);
  }

  close(): void {
    for (const box of this.#boxes) box.close();
    this.#headend.book.close();
  }

  async #hour(): Promise<void> {
    const { visitsADay } = this.#options;
    const here = this.#boxes.filter(() => this.#random.next(HOURS) < visitsADay);
    for (const box of here) await box.visit(this.#random.next(2 * KEYS));
    this.#visits += here.length;
    await this.#letReport(here, ONLINE_S);
    this.#headend.work();
    await this.#turn(3_600_000 - ONLINE_S * 1_000);
  }

  async #letReport(boxes: readonly FleetBox[], seconds: number): Promise<void> {
    for (const box of boxes) box.connect();
    for (let second = 0; second < seconds; second += 1) await this.#turn(1_000);
    const stopped = Promise.all(boxes.map((box) => box.disconnect()));
    // A report under way ends by the clock, too.
    await this.#turn(1_000);
    await stopped;
  }

  /** What became ready meanwhile is let through. */
  async #turn(milliseconds: number): Promise<void> {
    await this.#clock.advance(milliseconds);
    await new Promise<void>((resolve) => setImmediate(resolve));
  }

  async #endDay(day: number): Promise<DayFigures> {
    const problem = this.#headend.book.conservationProblem() ?? (await this.#boxProblem());
    if (problem !== null) this.#problems.push(`day ${day}: ${problem}`);
    const { heapUsed, rss } = memoryAfterCollection();
    const figures = { day, heapMiB: mebi(heapUsed), residentMiB: mebi(rss), problem, records: this.#records(), diskMiB: mebi(bytesBelow(this.#folder)) };
    this.#options.onDay?.(figures);
    return figures;
  }

  async #boxProblem(): Promise<string | null> {
    for (const box of this.#boxes) {
      const { problem } = await box.standing();
      if (problem !== null) return problem;
    }
    return null;
  }

  #records(): number {
    return this.#headend.book.outlets().reduce((sum, { outlet }) => sum + this.#headend.book.recordCount(outlet).total, 0);
  }

  /** All lines are mended; everything must arrive. */
  async #drain(): Promise<void> {
    for (const box of this.#boxes) box.mend();
    for (let round = 0; round < 40 && (await this.#undelivered()) > 0; round += 1) await this.#letReport(this.#boxes, 60);
    this.#headend.work();
    const problem = this.#headend.book.conservationProblem();
    if (problem !== null) this.#problems.push(`at the end: ${problem}`);
  }

  async #undelivered(): Promise<number> {
    let pending = 0;
    for (const box of this.#boxes) pending += await box.pending();
    return pending;
  }

  async #report(days: readonly DayFigures[], seconds: number): Promise<SoakReport> {
    const standings = await Promise.all(this.#boxes.map((box) => box.standing()));
    const sum = (of: (box: FleetBox) => number): number => this.#boxes.reduce((total, box) => total + of(box), 0);
    const [first, last] = [days[Math.floor((days.length - 1) / 3)], days.at(-1)];
    return {
      ...{
        boxes: this.#options.boxes,
        days: this.#options.days,
        visits: this.#visits,
        streamed: sum((box) => box.streamed),
        borrowed: sum((box) => box.borrowed),
      },
      records: this.#records(),
      ...{ cuts: sum((box) => box.cuts), boxCrashes: sum((box) => box.crashes), headendRestarts: this.#headend.restarts },
      quarantined: standings.reduce((total, { quarantined }) => total + quarantined, 0),
      undelivered: await this.#undelivered(),
      billedMinor: String(this.#headend.book.ledgerTotalMinor()),
      earnedMinor: String(standings.reduce((total, { earnedMinor }) => total + earnedMinor, 0n)),
      problems: this.#problems,
      heapMiB: [first?.heapMiB ?? 0, last?.heapMiB ?? 0],
      residentMiB: [first?.residentMiB ?? 0, last?.residentMiB ?? 0],
      diskMiB: last?.diskMiB ?? 0,
      seconds: Math.round(seconds),
    };
  }
}

/** Whether live memory stayed as it was: the last day against the end of the first third. */
export function isFlat({ heapMiB: [first, last] }: Pick<SoakReport, 'heapMiB'>): boolean {
  return last <= 1.1 * first + 8;
}

function memoryAfterCollection(): NodeJS.MemoryUsage {
  setFlagsFromString('--expose-gc');
  (runInNewContext('gc') as () => void)();
  return process.memoryUsage();
}

function bytesBelow(folder: string): number {
  return readdirSync(folder, { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile())
    .reduce((sum, entry) => sum + (statSync(join(entry.parentPath, entry.name), { throwIfNoEntry: false })?.size ?? 0), 0);
}

function mebi(bytes: number): number {
  return Math.round(bytes / 1_048_576);
}
