import { limits } from '../../limits.ts';
import type { StoredWork } from '../../ports/headend-stores.ts';
import { type Fault, fault, ok, type Result } from '../../units/result.ts';
import { packetsIn, SAMPLE_RATE_HZ } from '../../units/time.ts';
import type { WorkPrice } from '../catalogue/work-price.ts';

/** What a channel says that it sends. */
export interface ChannelPicture {
  readonly codec: 'h264' | 'hevc';
  readonly height: number;
  readonly packetMs: number;
}

const BITS_PER_BYTE = 8;
/** A picture that stands alone takes more than its share of the time. */
const SPARE = 1.25;

/**
 * @param text such as `h264-720`
 * @param megabits that it has a second, with its sound; the time of its packets is chosen by it, and never changes
 * Errors: `bad-picture`, `bad-rate`.
 */
export function parsePicture(text: string, megabits: number): Result<ChannelPicture, Fault<'bad-picture' | 'bad-rate'>> {
  const match = /^(h264|hevc)-([1-9][0-9]{2,3})$/.exec(text);
  if (match === null) return fault('bad-picture', `--picture is a codec and a height, such as h264-720 or hevc-1080, not ${JSON.stringify(text)}.`);
  if (!(megabits >= 0.1 && megabits <= limits.channelMegabitsMax))
    return fault('bad-rate', `--megabits is what the channel sends in a second, from 0.1 to ${limits.channelMegabitsMax}.`);
  const fullestMs = (limits.videoPayloadBytes * BITS_PER_BYTE) / (megabits * 1_000 * SPARE);
  const packetMs = limits.videoPacketMs.findLast((milliseconds) => milliseconds <= fullestMs) ?? limits.videoPacketMs[0];
  return ok({ codec: match[1] as ChannelPicture['codec'], height: Number(match[2]), packetMs });
}

/** A channel as a work: an hour of it is what a price is for. */
export function channelWork(parts: {
  readonly id: string;
  readonly number: number;
  readonly title: string;
  readonly price: WorkPrice;
  readonly picture: ChannelPicture;
}): StoredWork {
  const { id, number, title, price, picture } = parts;
  const { codec, height, packetMs } = picture;
  const durationMs = limits.channelPlayMs;
  return {
    ...{ id, title, artist: '', album: '', genre: '', year: null, cover: null, sourceName: `channel:${number}` },
    ...{ durationMs, channels: 2, preSkip: 0, totalSamples: (durationMs / 1_000) * SAMPLE_RATE_HZ, packets: packetsIn(durationMs, packetMs) },
    ...{ gainDb: 0, integratedLufs: null, ...price, retired: false, segments: [] },
    video: { packetMs, renditions: [{ name: 'live', codec, width: Math.round((height * 16) / 9), height }] },
    channel: { number },
  };
}
