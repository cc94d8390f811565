import type { SignedReceipt } from '../../../device/checkout/receipt-writer.ts';
import type { ClassCount } from '../../../src/domain/credit/billing-class.ts';
import type { PaidRanges } from '../../../src/domain/credit/paid-ranges.ts';
import { sha256 } from '../../../src/platform/crypto/digest.ts';
import type { SessionKeys } from '../../../src/platform/crypto/session-keys.ts';

/** A media packet as it lies on the wire. Its payload is always the same, and so is its hash. */
export interface Media {
  readonly epoch: number;
  readonly sequence: number;
  readonly packetIndex: number;
  readonly challenge: Uint8Array | null;
}

export const PAYLOAD = new Uint8Array(40).fill(7);
export const PAYLOAD_HASH = sha256(PAYLOAD);
export const SSRCS = { sender: 1, media: 1 } as const;

export interface PlayKeys {
  readonly keys: SessionKeys;
}

export interface ResumeAsk {
  readonly epoch: number;
  readonly receipt: SignedReceipt | null;
  readonly paidRanges: PaidRanges;
}

export type ResumeAnswer =
  | { readonly ok: false; readonly code: 'bad-claim' | 'stale-epoch' | 'session-closed' | 'account-credit-used-up' }
  | {
      readonly ok: true;
      readonly epoch: number;
      readonly counts: readonly ClassCount[];
      readonly lostPaid: number;
      readonly nextSequence: number;
      readonly paidRanges: PaidRanges;
      readonly confirmEventId: string | null;
    };

/** Keys of one epoch, without an exchange: who listens is no question here. */
export function keysFor(seed: number, epoch: number): PlayKeys {
  const secret = (label: string): Uint8Array => sha256(new TextEncoder().encode(`${label} ${seed} ${epoch}`));
  const master = { key: new Uint8Array(16), salt: new Uint8Array(12) };
  const keys = { epoch, deviceTag: secret('device'), headendTag: secret('headend'), challenge: secret('challenge'), rtsp: secret('rtsp') };
  return { keys: { ...keys, srtpToDevice: master, srtpToHeadend: master } };
}
