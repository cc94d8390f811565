import { BILLING_CLASSES } from '../domain/credit/billing-class.ts';
import { defaultCreditTerms, negotiateCredit } from '../domain/credit/negotiate-credit.ts';
import type { CreditTerms, PricingNode, Terms, TrialTerms, WorkPart } from '../domain/credit/terms.ts';
import { limits } from '../limits.ts';
import type { OutletRow, StoredWork } from '../ports/headend-stores.ts';
import { asId } from '../units/ids.ts';
import type { Currency } from '../units/money.ts';
import { type Fault, fault, ok, type Result } from '../units/result.ts';
import { packetMsOf, packetsIn } from '../units/time.ts';
import { mediaFormatOf } from '../wire/media-format.ts';
import { buildDescribe, parseOffer } from '../wire/sdp.ts';
import type { AckpayAttributes } from '../wire/sdp-ackpay.ts';
import { pickRendition } from './pick-rendition.ts';

/** What a use of a work costs, as the rater puts it. */
export interface WorkQuote {
  readonly nodes: readonly PricingNode[];
  /** null: all of the work is under node 0. */
  readonly parts: readonly WorkPart[] | null;
  /** When it was made, wall clock. */
  readonly atMs: number;
  /** Compiled models, canonical JSON, one a node. */
  readonly models: readonly string[];
  /** The account's pricing state that it was made from, canonical JSON, and its SHA-256 in hex. */
  readonly snapshot: string;
  readonly pricingStateHash: string;
}

export function quotedMinor({ nodes }: Pick<WorkQuote, 'nodes'>): bigint {
  return nodes.reduce((sum, node) => sum + BigInt(node.quoteMinor), 0n);
}

/** What the SDP of a box asked for, as far as it is granted. */
export interface GrantedStream {
  readonly credit: CreditTerms;
  readonly payloadType: number;
  /** Of a film: which one. */
  readonly rendition: string | null;
  /** The kind of pre-listen that was asked for; null where the offer names none. */
  readonly trial: TrialTerms | null;
  readonly confirmModes: Terms['confirmModes'];
  /** Packets of sound may bring copies of earlier ones. */
  readonly red: boolean;
}

/** An offer nobody took is void after this long. */
const OFFER_VALID_MS = limits.sessionAbandonMs;
const AUDIO_KBPS = 192;

/**
 * Reads the SDP offer of a box. Without one, it gets our usual windows, and no film; below what works, the limits (406); where it can
 * show no rendition of a film, the names of those there are (406).
 * @param work null where it is gone
 */
export function grantStream(
  sdpOffer: string,
  work: Pick<StoredWork, 'video' | 'channel'> | null,
  outlet: Pick<OutletRow, 'profile'>,
): Result<GrantedStream, Fault<'limits' | 'bad-request' | 'no-rendition'>> {
  const offer = sdpOffer === '' ? null : parseOffer(sdpOffer);
  if (offer?.ok === false) return fault('bad-request', `The SDP offer cannot be used: ${offer.error.message}.`);
  const asked = work?.video === undefined ? null : pickRendition(work.video.renditions, offer?.value.decodes ?? []);
  if (asked?.ok === false) return asked;
  const packetMs = packetMsOf(work ?? {});
  const prebufferMs = asked === null ? limits.prebufferMs : limits.filmPrebufferMs;
  const ours = defaultCreditTerms(packetMs, prebufferMs);
  const credit = offer === null ? ok(ours) : negotiateCredit(offer.value.ackpay.credit, packetMs, prebufferMs);
  if (!credit.ok) return credit;
  const problem = offer === null ? null : refuseTrial(offer.value.ackpay, afterTrialOf(outlet, work));
  if (problem !== null) return fault('limits', problem);
  const { payloadType } = offer?.value ?? mediaFormatOf(work ?? {});
  const { trial = null, confirmModes } = offer?.value.ackpay ?? {};
  const red = asked === null && offer?.value.red === true;
  return ok({ credit: credit.value, payloadType, rendition: asked?.value.name ?? null, trial, confirmModes, red });
}

/** What of the pre-listen and its confirmation cannot be granted, with what can (406). */
function refuseTrial({ trial, confirmModes, classes }: AckpayAttributes, afterTrial: Terms['afterTrial']): string | null {
  const missing = classes === undefined ? [] : BILLING_CLASSES.filter((each) => !classes.includes(each));
  if (missing.length > 0) return `The billing classes ${missing.join(', ')} are needed as well; the offer tells only ${classes?.join(', ')} apart.`;
  if (trial === null) return null;
  if (trial.mode === 'deferred' && afterTrial !== 'restart')
    return 'mode=deferred goes only where the work starts again after the pre-listen; restrict and large-window go here.';
  if (confirmModes?.includes('button') === false) return 'A pre-listen is bought by the button only; name button among the ways to confirm.';
  if ((trial.confirmWithinMs ?? limits.confirmWithinMinMs) < limits.confirmWithinMinMs)
    return `within=${trial.confirmWithinMs} is too short; a person needs at least within=${limits.confirmWithinMinMs}.`;
  return null;
}

/** What a channel sent is over: it can only go on. */
function afterTrialOf({ profile }: Pick<OutletRow, 'profile'>, work: Pick<StoredWork, 'channel'> | null): Terms['afterTrial'] {
  return profile === 'jukebox' && work?.channel === undefined ? 'restart' : 'continue';
}

/**
 * A trial only where it was asked for and is worth something: limits.trialMs, or half of a work that is not longer than that.
 * Never none for a work with a price: who asked for a pre-listen has not said yes to paying.
 */
export function trialTermsFor(work: Pick<StoredWork, 'free' | 'packets' | 'video'>, asked: boolean, wish: TrialTerms | null = null): TrialTerms | null {
  const most = packetsIn(limits.trialMs, packetMsOf(work));
  const packets = work.packets > most ? most : Math.floor(work.packets / 2);
  if (!asked || work.free || packets === 0) return null;
  return wish === null ? { mode: 'restrict', packets } : { ...wish, packets: Math.min(Math.max(1, wish.packets), packets) };
}

export function composeTerms(parts: {
  readonly sid: string;
  readonly outlet: OutletRow;
  readonly work: StoredWork;
  readonly quote: WorkQuote;
  readonly credit: CreditTerms;
  readonly rendition: string | null;
  readonly trialAsked: boolean;
  readonly trialWish: TrialTerms | null;
  readonly confirmModes: Terms['confirmModes'];
  readonly deviceEphemeral: string;
  readonly headendEphemeral: string;
}): Terms {
  const { sid, outlet, work, quote, credit, deviceEphemeral, headendEphemeral } = parts;
  const issuedAtMs = quote.atMs;
  return {
    version: 1,
    sid: asId(sid),
    account: outlet.account,
    outlet: outlet.outlet,
    location: outlet.location,
    licence: asId(`licence-${sid}`),
    work: asId(work.id),
    packets: work.packets,
    packetMs: packetMsOf(work),
    ...(parts.rendition === null ? {} : { rendition: parts.rendition }),
    currency: work.currency as Currency,
    nodes: quote.nodes,
    ...(quote.parts === null ? {} : { parts: quote.parts }),
    pricingStateHash: quote.pricingStateHash,
    credit,
    trial: trialTermsFor({ ...work, free: work.free || quotedMinor(quote) === 0n }, parts.trialAsked, parts.trialWish),
    ...(parts.confirmModes && { confirmModes: parts.confirmModes }),
    afterTrial: afterTrialOf(outlet, work),
    deviceEphemeral,
    headendEphemeral,
    issuedAtMs,
    expiresAtMs: issuedAtMs + OFFER_VALID_MS,
  };
}

/** The SDP answer: says what the terms say, for the RTSP side of the box. Made again from the same terms, it is the same. */
export function answerSdp(terms: Terms, termsHash: string, work: StoredWork, { payloadType, red }: Pick<GrantedStream, 'payloadType' | 'red'>): string {
  return buildDescribe({
    sessionId: Number.parseInt(terms.sid.slice(0, 12), 16),
    address: '0.0.0.0',
    name: work.title.replace(/[\r\n]+/g, ' ') || '-',
    control: '*',
    payloadType,
    channels: work.channels,
    bandwidthKbps: AUDIO_KBPS,
    preSkip: work.preSkip,
    totalSamples: work.totalSamples,
    red,
    ackpay: {
      session: { sid: terms.sid, termsHash },
      credit: terms.credit,
      trial: terms.trial,
      ...(terms.confirmModes && { confirmModes: terms.confirmModes }),
    },
  });
}
