import { createReadStream } from 'node:fs';
import { limits } from '../../limits.ts';
import type { StoredRendition } from '../../ports/headend-stores.ts';
import type { SegmentStore } from '../../ports/segment-store.ts';
import { concatBytes } from '../../units/bytes.ts';
import { type Fault, fault, ok, type Result } from '../../units/result.ts';
import { nullPacket, TS_PACKET_BYTES } from '../../wire/mpegts.ts';
import { type TimedTsPacket, TransportClock } from '../../wire/mpegts-clock.ts';
import { SlotFiller, type TsSlot } from '../../wire/mpegts-slots.ts';
import { encodeSegment } from '../../wire/segment.ts';
import type { CutFault } from './cut-work.ts';

const READ_BYTES = 1_000 * TS_PACKET_BYTES;
/** The slack of a segment's end: the next access point after this much of it. */
const SEGMENT_SLACK_MS = 500;

/** How long the packets of a film last at most, so that none of them leaves later than `limits.videoLateMs`; null where none is short enough. */
export async function findPacketMs(file: string): Promise<Result<number | null, Fault<CutFault>>> {
  const fillers = new Map(limits.videoPacketMs.map((packetMs) => [packetMs, new SlotFiller(packetMs, () => {})]));
  const read = await readTimed(file, (packet) => {
    for (const [packetMs, filler] of fillers) {
      filler.take(packet);
      if (filler.lateSlots * packetMs > limits.videoLateMs) fillers.delete(packetMs);
    }
  });
  if (!read.ok) return read;
  return ok(fillers.size === 0 ? null : Math.max(...fillers.keys()));
}

/** Deals a transport stream out to packets, without keeping them. @returns how many there are */
export async function countPackets(file: string, packetMs: number): Promise<Result<number, Fault<CutFault>>> {
  const filler = new SlotFiller(packetMs, () => {});
  const read = await readTimed(file, (packet) => filler.take(packet));
  return read.ok ? ok(filler.finish()) : read;
}

/**
 * Cuts one rendition into segments of about `limits.segmentMs`, each of which begins where a decoder can begin.
 * @param packets at least so many: renditions of a film are equally long
 */
export async function cutFilm(
  file: string,
  name: string,
  packetMs: number,
  packets: number,
  segments: SegmentStore,
): Promise<Result<StoredRendition, Fault<CutFault>>> {
  const cutter = new FilmCutter(segments, packetMs);
  const filler = new SlotFiller(packetMs, (slot) => cutter.take(slot));
  const read = await readTimed(
    file,
    (packet) => filler.take(packet),
    () => cutter.settle(),
  );
  if (!read.ok) return read;
  for (let packetIndex = filler.finish(); packetIndex < packets; packetIndex += 1) cutter.take({ packetIndex, payload: nullPacket(), accessPoint: false });
  return await cutter.finish(name);
}

async function readTimed(
  file: string,
  take: (packet: TimedTsPacket) => void,
  turn: () => Promise<void> = async () => {},
): Promise<Result<void, Fault<CutFault>>> {
  const clock = new TransportClock(take);
  let rest: Uint8Array = new Uint8Array();
  for await (const part of createReadStream(file, { highWaterMark: READ_BYTES })) {
    const bytes = concatBytes(rest, part as Buffer);
    const whole = bytes.length - (bytes.length % TS_PACKET_BYTES);
    const taken = clock.take(bytes.subarray(0, whole));
    if (!taken.ok) return fault('damaged', taken.error.message);
    rest = bytes.slice(whole);
    await turn();
  }
  clock.finish();
  if (rest.length > 0) return fault('damaged', 'the encoded file breaks off');
  return clock.tables.program?.videoPid == null ? fault('damaged', 'the encoder made no picture') : ok(undefined);
}

class FilmCutter {
  readonly #segments: SegmentStore;
  readonly #packetMs: number;
  readonly #names: string[] = [];
  readonly #starts: number[] = [];
  readonly #accessPoints: number[] = [];
  #writing: Promise<string>[] = [];
  #packets: Uint8Array[] = [];
  #tooLong = false;

  constructor(segments: SegmentStore, packetMs: number) {
    this.#segments = segments;
    this.#packetMs = packetMs;
  }

  take({ packetIndex, payload, accessPoint }: TsSlot): void {
    if (accessPoint && this.#packets.length * this.#packetMs >= limits.segmentMs - SEGMENT_SLACK_MS) this.#cut();
    if (this.#packets.length === 0) this.#starts.push(packetIndex);
    if (accessPoint) this.#accessPoints.push(packetIndex);
    this.#packets.push(payload);
    this.#tooLong ||= this.#packets.length * this.#packetMs >= limits.segmentMaxMs;
  }

  async settle(): Promise<void> {
    this.#names.push(...(await Promise.all(this.#writing.splice(0))));
  }

  async finish(name: string): Promise<Result<StoredRendition, Fault<CutFault>>> {
    if (this.#packets.length > 0) this.#cut();
    await this.settle();
    if (this.#tooLong || this.#starts[0] !== this.#accessPoints[0]) return fault('damaged', 'the encoder made a picture too seldom that stands alone');
    return ok({ name, segments: this.#names, starts: this.#starts, accessPoints: this.#accessPoints });
  }

  #cut(): void {
    this.#writing.push(this.#segments.put(encodeSegment(this.#packets)));
    this.#packets = [];
  }
}
