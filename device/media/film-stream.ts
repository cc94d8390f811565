import type { PlayerStream } from './player-stream.ts';

/** The transport stream that one play of a film is for the player. What is lost is left out: a decoder shows less, but never waits. */
export class FilmStream implements PlayerStream {
  readonly format = 'mpegts';
  readonly samplesPerPacket: number;

  constructor(samplesPerPacket: number) {
    this.samplesPerPacket = samplesPerPacket;
  }

  head(): Uint8Array | null {
    return null;
  }

  page(packet: Uint8Array | null): Uint8Array | null {
    return packet;
  }

  /** The work brings its own: its last picture stays for a moment. */
  tail(): readonly Uint8Array[] {
    return [];
  }
}
