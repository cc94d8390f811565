import { defaultCreditTerms } from '../../src/domain/credit/negotiate-credit.ts';
import { limits } from '../../src/limits.ts';
import type { EphemeralKey } from '../../src/platform/crypto/key-agreement.ts';
import { toHex } from '../../src/units/bytes.ts';
import { packetMsOf, packetsIn } from '../../src/units/time.ts';
import type { CatalogueWork, OfferRequest } from '../../src/wire/http-api.ts';
import { mediaFormatOf } from '../../src/wire/media-format.ts';
import { buildOffer, type Decoder } from '../../src/wire/sdp.ts';
import { type CreditWish, USUAL } from './credit-wish.ts';

/** The request for a play at the price that was shown, with the windows this box asks for as SDP. Signed by the headend client. */
export function offerRequest(play: {
  readonly playId: string;
  readonly work: CatalogueWork;
  readonly trial: boolean;
  readonly ephemeral: EphemeralKey;
  /** What the board shows of films, the best first; absent: none. */
  readonly decodes?: readonly Decoder[];
  readonly wish?: CreditWish;
  /** The coin session; absent: nobody has paid yet, or the account. */
  readonly payer?: string;
  /** Whose play it is in a household; null: a guest's, or there is none. */
  readonly spender?: string | null;
}): OfferRequest {
  const { playId, work, trial, ephemeral, decodes = [], wish = USUAL, payer, spender = null } = play;
  const [packetMs, prebufferMs] = [packetMsOf(work), work.video === undefined ? limits.prebufferMs : limits.filmPrebufferMs];
  return {
    playId,
    work: work.id,
    trial,
    ...(payer === undefined ? {} : { payer }),
    ...(spender === null ? {} : { spender }),
    maxQuoteMinor: work.priceMinor,
    currency: work.currency,
    deviceEphemeral: toHex(ephemeral.publicKey),
    sdp: buildOffer({
      address: '0.0.0.0',
      payloadType: mediaFormatOf(work).payloadType,
      ackpay: {
        session: null,
        credit: { ...defaultCreditTerms(packetMs, prebufferMs), ackAuth: 'srtcp', ...wish.credit },
        trial: trial ? { mode: 'restrict', packets: packetsIn(limits.trialMs, packetMs), ...wish.trial } : null,
        ...(wish.confirmModes && { confirmModes: wish.confirmModes }),
      },
      ...(work.video === undefined ? { red: true } : { decodes }),
    }),
  };
}
