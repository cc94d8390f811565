import { rm } from 'node:fs/promises';
import { join } from 'node:path';
import { sha256Hex } from '../../platform/crypto/digest.ts';
import type { StoredRendition } from '../../ports/headend-stores.ts';
import { asId } from '../../units/ids.ts';
import { type Fault, fault, ok, type Result } from '../../units/result.ts';
import { SAMPLE_RATE_HZ } from '../../units/time.ts';
import { canonicalJson } from '../../wire/canonical-json.ts';
import type { Rendition } from '../../wire/http-api.ts';
import { countPackets, cutFilm, findPacketMs } from './cut-film.ts';
import type { Encoded } from './encode.ts';
import { encodeFilm } from './encode-film.ts';
import { gainFor } from './loudness.ts';
import { findDamage, type MakeWorkDeps, type MakeWorkFault, type WorkSound } from './make-work.ts';
import { type ProbedFilm, probeFile } from './probe.ts';
import { planRenditions, type RenditionPlan, type RenditionWish } from './video-renditions.ts';

export interface MadeFilm {
  readonly sound: WorkSound;
  readonly renditions: readonly StoredRendition[];
}

/** One rendition, encoded and not yet cut. */
interface Encoding {
  readonly shown: Rendition;
  readonly file: string;
  readonly encoded: Encoded;
}

let made = 0;

/**
 * Encodes every rendition of a film, finds how long its packets may last, and cuts them. As all renditions have packets of one
 * time, a packet of the work is the same moment in each of them: what was paid in one is paid in all.
 */
export async function makeFilm(
  path: string,
  film: ProbedFilm,
  wishes: readonly RenditionWish[] | null,
  deps: MakeWorkDeps,
): Promise<Result<MadeFilm, Fault<MakeWorkFault>>> {
  made += 1;
  const plans = planRenditions(wishes, film.height);
  const files = plans.map((_, at) => join(deps.workFolder, `${process.pid}-film-${made}-${at}.ts`));
  try {
    const encodings: Encoding[] = [];
    for (const [at, plan] of plans.entries()) {
      const encoding = await encodeOne(path, film, plan, files[at] ?? '', deps);
      if (!encoding.ok) return encoding;
      encodings.push(encoding.value);
    }
    return await cutAll(encodings, deps);
  } finally {
    await Promise.all(files.map((file) => rm(file, { force: true })));
  }
}

async function encodeOne(
  path: string,
  film: ProbedFilm,
  plan: RenditionPlan,
  file: string,
  deps: MakeWorkDeps,
): Promise<Result<Encoding, Fault<MakeWorkFault>>> {
  const encoded = await encodeFilm({ ...deps, path, film, plan, target: file });
  if (!encoded.ok) return encoded;
  const damage = findDamage(encoded.value, film.durationMs);
  if (damage !== null) return damage;
  const probed = await probeFile(file, deps);
  if (!probed.ok)
    return probed.error.code === 'unreadable' ? fault('damaged', 'the encoder made nothing that can be read') : fault(probed.error.code, probed.error.message);
  if (probed.value.kind !== 'film') return fault('damaged', 'the encoder made no picture');
  const { width, height } = probed.value;
  return ok({ shown: { name: plan.name, codec: plan.codec, width, height }, file, encoded: encoded.value });
}

async function cutAll(encodings: readonly Encoding[], deps: MakeWorkDeps): Promise<Result<MadeFilm, Fault<MakeWorkFault>>> {
  let packetMs = Number.POSITIVE_INFINITY;
  for (const { file } of encodings) {
    const found = await findPacketMs(file);
    if (!found.ok) return found;
    if (found.value === null) return fault('undecodable', 'it needs more bits than a film is sent with; choose a lower rendition');
    packetMs = Math.min(packetMs, found.value);
  }
  let packets = 0;
  for (const { file } of encodings) {
    const counted = await countPackets(file, packetMs);
    if (!counted.ok) return counted;
    packets = Math.max(packets, counted.value);
  }
  const renditions: StoredRendition[] = [];
  for (const { file, shown } of encodings) {
    const cut = await cutFilm(file, shown.name, packetMs, packets, deps.segments);
    if (!cut.ok) return cut;
    renditions.push(cut.value);
  }
  return ok(filmOf(encodings, renditions, packetMs, packets));
}

function filmOf(encodings: readonly Encoding[], renditions: readonly StoredRendition[], packetMs: number, packets: number): MadeFilm {
  const durationMs = Math.min(packets * packetMs, ...encodings.map(({ encoded }) => encoded.durationMs));
  const loudness = encodings[0]?.encoded.loudness ?? { integratedLufs: null, truePeakDbtp: null };
  const shown = encodings.map((encoding) => encoding.shown);
  const manifest = { packetMs, packets, durationMs, renditions: shown.map((one, at) => ({ ...one, segments: renditions[at]?.segments ?? [] })) };
  return {
    sound: {
      id: asId(`w${sha256Hex(canonicalJson(manifest)).slice(0, 32)}`),
      durationMs,
      channels: 2,
      preSkip: 0,
      totalSamples: (durationMs * SAMPLE_RATE_HZ) / 1_000,
      packets,
      gainDb: gainFor(loudness),
      integratedLufs: loudness.integratedLufs,
      segments: renditions.flatMap(({ segments }) => segments),
      video: { packetMs, renditions: shown },
    },
    renditions,
  };
}
