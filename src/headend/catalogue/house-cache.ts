import { mkdir, readFile, rename, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { sha256Hex } from '../../platform/crypto/digest.ts';
import type { SegmentStore } from '../../ports/segment-store.ts';
import { SegmentFiles } from '../stores/segment-files.ts';
import { workIdOf } from './cut-work.ts';
import type { HousePiece } from './house-piece.ts';
import type { WorkSound } from './make-work.ts';

/** A piece of the house, rendered: its sound, and the hash of its cover. */
export interface FinishedPiece {
  readonly sound: WorkSound;
  readonly cover: string | null;
}

/**
 * Pieces that were rendered once on this machine, beside the packages: a headend that begins anew need not render them again.
 * Only a cache: what is missing, damaged or cannot be written is rendered.
 */
export class HouseCache {
  readonly #folder: string;
  readonly #version: number;
  readonly #segments: SegmentFiles;

  /** @param version of the synthesizer */
  constructor(folder: string, version: number) {
    this.#folder = folder;
    this.#version = version;
    this.#segments = new SegmentFiles(join(folder, 'segments'));
  }

  /** Copies a piece into a headend's segments; null where it is not here whole. */
  async take(piece: HousePiece, into: SegmentStore): Promise<FinishedPiece | null> {
    try {
      const finished = JSON.parse(await readFile(this.#file(piece), 'utf8')) as FinishedPiece;
      if (workIdOf(finished.sound) !== finished.sound.id) return null;
      await copySegments(finished, this.#segments, into);
      return finished;
    } catch {
      return null;
    }
  }

  async keep(piece: HousePiece, finished: FinishedPiece, from: SegmentStore): Promise<void> {
    await mkdir(this.#folder, { recursive: true });
    await copySegments(finished, from, this.#segments);
    const part = `${this.#file(piece)}.${process.pid}.part`;
    await writeFile(part, JSON.stringify(finished));
    await rename(part, this.#file(piece));
  }

  #file(piece: HousePiece): string {
    return join(this.#folder, `${piece.name}-${sha256Hex(JSON.stringify([this.#version, piece])).slice(0, 16)}.json`);
  }
}

async function copySegments({ sound, cover }: FinishedPiece, from: SegmentStore, into: SegmentStore): Promise<void> {
  const hashes = cover === null ? sound.segments : [...sound.segments, cover];
  await Promise.all(hashes.map(async (hash) => await into.put(await from.get(hash))));
}
