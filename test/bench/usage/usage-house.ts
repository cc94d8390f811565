import { existsSync, mkdtempSync, rmSync, statSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { type HeadendBook, openHeadendBook } from '../../../src/headend/stores/headend-book.ts';
import { ReportCommits } from '../../../src/headend/usage/report-commits.ts';
import { acceptReport } from '../../../src/headend/usage/usage-gateway.ts';
import { generateDeviceKey } from '../../../src/platform/crypto/ed25519-signer.ts';
import { systemClock } from '../../../src/platform/system-clock.ts';
import { systemRandom } from '../../../src/platform/system-random.ts';
import type { OutletRow } from '../../../src/ports/headend-stores.ts';
import type { OutboxRecord, ReportResponse } from '../../../src/wire/http-api.ts';
import { enrolKey } from '../../unit/headend/stores/book-fixture.ts';

const options = { clock: systemClock, random: systemRandom, currency: 'EUR' } as const;

/** A headend's real book and gateway for a fleet, in a folder of its own. */
export class UsageHouse {
  readonly outlets: readonly OutletRow[];
  readonly #folder: string;
  readonly #signer = generateDeviceKey().signer;
  book: HeadendBook;
  #commits: ReportCommits;

  /** @param inMemory where the disk is not what is measured */
  constructor(boxes: number, inMemory: boolean) {
    this.#folder = mkdtempSync(join(inMemory && existsSync('/dev/shm') ? '/dev/shm' : tmpdir(), 'ackbox-usage-'));
    this.book = this.#open();
    this.#commits = new ReportCommits(this.book, systemClock);
    this.outlets = Array.from({ length: boxes }, () => enrolKey(this.book, systemRandom.bytes(32)));
  }

  get path(): string {
    return join(this.#folder, 'headend.db');
  }

  async deliver(box: number, records: readonly OutboxRecord[]): Promise<ReportResponse> {
    const outlet = this.outlets[box];
    if (outlet === undefined) throw new Error(`there is no box ${box}`);
    const { book } = this;
    const log = { info: () => {}, warn: () => {} };
    const deps = { registry: book, quarantine: book, usage: book, commands: book, signer: this.#signer, log, clock: systemClock };
    const request = { generation: generationOf(box), records: [...records], status: { state: 'idle' }, commandResults: [] };
    const answer = await acceptReport({ ...deps, commits: this.#commits, stream: { fence: async () => {} } }, outlet, request);
    if (!answer.ok) throw new Error(answer.error.message);
    return answer.value;
  }

  /** The headend comes back: nothing but the file is left. */
  restart(): void {
    this.book.close();
    this.book = this.#open();
    this.#commits = new ReportCommits(this.book, systemClock);
  }

  bytes(): number {
    return ['', '-wal'].reduce((sum, end) => sum + (existsSync(this.path + end) ? statSync(this.path + end).size : 0), 0);
  }

  remove(): void {
    this.book.close();
    rmSync(this.#folder, { recursive: true, force: true });
  }

  #open(): HeadendBook {
    return openHeadendBook(join(this.#folder, 'headend.db'), options);
  }
}

export function generationOf(box: number): string {
  return `0b0e7a52-0000-4000-8000-${String(box).padStart(12, '0')}`;
}

export interface Effort {
  readonly seconds: number;
  readonly cpuSeconds: number;
}

/** What it took: time on the wall, and of the processor. */
export async function measure(steps: () => unknown): Promise<Effort> {
  const [cpu, beganNs] = [process.cpuUsage(), process.hrtime.bigint()];
  await steps();
  const { user, system } = process.cpuUsage(cpu);
  return { seconds: Number(process.hrtime.bigint() - beganNs) / 1e9, cpuSeconds: (user + system) / 1e6 };
}
