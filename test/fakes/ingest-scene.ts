import { execFileSync } from 'node:child_process';
import { mkdirSync, mkdtempSync, readdirSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { type IngestOptions, type IngestProgress, type IngestSummary, ingestFolder } from '../../src/headend/catalogue/ingest.ts';
import { SegmentFiles } from '../../src/headend/stores/segment-files.ts';
import { systemClock } from '../../src/platform/system-clock.ts';
import type { StoredWork } from '../../src/ports/headend-stores.ts';
import { asId } from '../../src/units/ids.ts';
import type { Fault, Result } from '../../src/units/result.ts';
import { decodeSegment } from '../../src/wire/segment.ts';
import { MemoryCatalogue } from './memory-catalogue.ts';

/** A music folder, a catalogue and a segment store of a test, with real ffmpeg and real files. */
export class IngestScene {
  readonly root = mkdtempSync(join(tmpdir(), 'ackbox-ingest-test-'));
  readonly music = join(this.root, 'music');
  readonly work = join(this.root, 'work');
  readonly catalogue = new MemoryCatalogue();
  readonly segments = new SegmentFiles(join(this.root, 'segments'));
  readonly warnings: string[] = [];
  progress: IngestProgress[] = [];

  constructor() {
    mkdirSync(this.music);
  }

  path(name: string): string {
    return join(this.music, name);
  }

  async ingest(more: Partial<IngestOptions> = {}): Promise<Result<IngestSummary, Fault>> {
    this.progress = [];
    return await ingestFolder({
      folder: this.music,
      catalogue: this.catalogue,
      segments: this.segments,
      clock: systemClock,
      log: { info: () => {}, warn: (event) => void this.warnings.push(event) },
      workFolder: this.work,
      onProgress: (progress) => void this.progress.push(progress),
      ...more,
    });
  }

  /** Ingests and expects it to come to its end. */
  async take(more: Partial<IngestOptions> = {}): Promise<IngestSummary> {
    const done = await this.ingest(more);
    if (!done.ok) throw new Error(done.error.message);
    return done.value;
  }

  workOf(name: string): StoredWork {
    const work = this.catalogue.works().find((candidate) => candidate.sourceName === this.path(name));
    if (work === undefined) throw new Error(`no work was made of ${name}`);
    return work;
  }

  async packets(work: StoredWork): Promise<readonly Uint8Array[]> {
    const packets: Uint8Array[] = [];
    for (const hash of work.segments) {
      const segment = decodeSegment(await this.segments.get(hash));
      if (!segment.ok) throw new Error(segment.error.message);
      packets.push(...segment.value);
    }
    return packets;
  }

  isRetired(id: string): boolean {
    return this.catalogue.work(asId(id))?.retired === true;
  }

  /** Every file below the segment store and the work folder. */
  storedFiles(): readonly string[] {
    return ['segments', 'work'].flatMap((folder) => filesBelow(join(this.root, folder)));
  }

  end(): void {
    rmSync(this.root, { recursive: true, force: true });
  }
}

export function ffmpeg(...args: readonly string[]): Buffer {
  return execFileSync('ffmpeg', ['-v', 'error', '-nostdin', '-y', ...args], { maxBuffer: 256 * 1_024 * 1_024 });
}

/** Music-like sound that every codec treats differently: three tones and a little noise. */
export function makeSound(path: string, seconds: number, more: readonly string[] = [], toneHz = 220): void {
  const tones = `0.2*sin(2*PI*${toneHz}*t)+0.1*sin(2*PI*${toneHz * 1.5}*t)*abs(sin(3*t))`;
  const source = `aevalsrc='${tones}+0.02*(random(0)-0.5)|${tones}*0.8':s=44100:d=${seconds}`;
  ffmpeg('-f', 'lavfi', '-i', source, ...more, `file:${path}`);
}

function filesBelow(folder: string): readonly string[] {
  try {
    return readdirSync(folder, { recursive: true, withFileTypes: true }).flatMap((entry) => (entry.isFile() ? [entry.name] : []));
  } catch {
    return [];
  }
}
