import type { AckpayMessage } from '../../domain/credit/messages.ts';
import type { Terms } from '../../domain/credit/terms.ts';
import { fromHex } from '../../units/bytes.ts';
import type { Fault, Result } from '../../units/result.ts';
import { sidBytes } from '../../wire/ack-receipt.ts';
import type { AckpaySsrcs } from '../../wire/ackpay.ts';
import { decodeShort, encodeShort } from '../../wire/ackpay-short.ts';
import { type OpenFault, openAckpay, sealAckpay } from './ackpay-seal.ts';
import type { SessionKeys } from './session-keys.ts';

/** Writes and reads the ackpay messages of one epoch, in the form that its terms agreed on. */
export interface AckpayCodec {
  write(message: AckpayMessage, ssrcs: AckpaySsrcs): Uint8Array;
  /** One RTCP packet, out of SRTCP that was authentic. Counter order is the caller's. */
  read(packet: Uint8Array): Result<{ readonly message: AckpayMessage; readonly ssrcs: AckpaySsrcs }, Fault<OpenFault>>;
}

/** @param termsHash SHA-256 over the terms as signed, hex */
export function ackpayCodec(keys: SessionKeys, { sid, credit }: Pick<Terms, 'sid' | 'credit'>, termsHash: string): AckpayCodec {
  if (credit.ackAuth === 'srtcp') {
    const context = { sid, epoch: keys.epoch, termsHash: (fromHex(termsHash) ?? new Uint8Array(32)).subarray(0, 16) };
    return { write: (message, ssrcs) => encodeShort(message, ssrcs, context), read: (packet) => decodeShort(packet, context) };
  }
  const bytes = sidBytes(sid);
  return { write: (message, ssrcs) => sealAckpay(keys, bytes, message, ssrcs), read: (packet) => openAckpay(keys, bytes, packet) };
}
