import { defaultCreditTerms } from '../../src/domain/credit/negotiate-credit.ts';
import { limits } from '../../src/limits.ts';
import type { EphemeralKey } from '../../src/platform/crypto/key-agreement.ts';
import { toHex } from '../../src/units/bytes.ts';
import { packetsIn } from '../../src/units/time.ts';
import type { CatalogueWork, OfferRequest } from '../../src/wire/http-api.ts';
import { buildOffer } from '../../src/wire/sdp.ts';

/** The request for a play at the price that was shown, with the windows this box asks for as SDP. Signed by the headend client. */
export function offerRequest(play: {
  readonly playId: string;
  readonly work: CatalogueWork;
  readonly trial: boolean;
  readonly ephemeral: EphemeralKey;
}): OfferRequest {
  const { playId, work, trial, ephemeral } = play;
  return {
    playId,
    work: work.id,
    trial,
    maxQuoteMinor: work.priceMinor,
    currency: work.currency,
    deviceEphemeral: toHex(ephemeral.publicKey),
    sdp: buildOffer({
      address: '0.0.0.0',
      payloadType: 97,
      ackpay: { session: null, credit: defaultCreditTerms(), trial: trial ? { mode: 'restrict', packets: packetsIn(limits.trialMs) } : null },
    }),
  };
}
