/** One form in which a film is encoded. */
export interface RenditionPlan {
  readonly name: string;
  readonly codec: 'h264' | 'hevc';
  /** Lines of the picture; even. */
  readonly height: number;
  readonly videoKbps: number;
}

/** What is asked for: a codec, and at most so many lines. */
export interface RenditionWish {
  readonly codec: 'h264' | 'hevc';
  readonly height: number;
}

/** Kilobits a second that suffice for H.264 pictures of up to so many lines. */
const LADDER: readonly (readonly [height: number, kbps: number])[] = [
  [240, 500],
  [360, 900],
  [480, 1_400],
  [720, 2_200],
  [1_080, 4_200],
];
/** HEVC needs so much of it. */
const HEVC_SHARE = 0.65;
const MOST: RenditionWish = { codec: 'h264', height: 1_080 };
/** Every box but a Raspberry Pi 5 shows the first in hardware; the second is worth its time where there are more lines to show. */
const USUAL: readonly RenditionWish[] = [
  { codec: 'h264', height: 720 },
  { codec: 'hevc', height: 1_080 },
];
const HEVC_FROM_LINES = 721;

/** Reads a list such as `h264-720,hevc-1080`; null where it is none. */
export function parseRenditions(text: string): readonly RenditionWish[] | null {
  const wishes = text.split(',').map((item) => /^(h264|hevc)-([1-9][0-9]{2,3})$/.exec(item.trim()));
  const read = wishes.flatMap((match) =>
    match === null ? [] : [{ codec: match[1] === 'hevc' ? ('hevc' as const) : ('h264' as const), height: Number(match[2]) }],
  );
  return read.length === wishes.length && read.every(({ height }) => height <= MOST.height) ? read : null;
}

/**
 * What a film of so many lines is encoded to: nothing is enlarged, and what would come out the same is made once.
 * @param wishes null for the usual ones
 */
export function planRenditions(wishes: readonly RenditionWish[] | null, sourceHeight: number): readonly RenditionPlan[] {
  const wanted = wishes ?? USUAL.filter(({ codec }) => codec === 'h264' || sourceHeight >= HEVC_FROM_LINES);
  const plans = wanted.map(({ codec, height }) => planOf(codec, evenAtMost(Math.min(height, sourceHeight))));
  return plans.filter((plan, at) => plans.findIndex((other) => other.name === plan.name) === at);
}

function planOf(codec: 'h264' | 'hevc', height: number): RenditionPlan {
  const [, kbps] = LADDER.find(([lines]) => height <= lines) ?? LADDER.at(-1) ?? [0, 0];
  return { name: `${codec}-${height}`, codec, height, videoKbps: Math.round(kbps * (codec === 'hevc' ? HEVC_SHARE : 1)) };
}

function evenAtMost(height: number): number {
  return Math.max(2, height - (height % 2));
}
