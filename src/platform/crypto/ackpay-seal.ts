import type { AckpayMessage } from '../../domain/credit/messages.ts';
import { assert } from '../../units/assert.ts';
import { type Fault, fault, ok, type Result } from '../../units/result.ts';
import { type AckpayFault, type AckpaySsrcs, authenticatedPart, decodeAckpay, encodeAckpay, putTag } from '../../wire/ackpay.ts';
import { equalSecrets, hmacTag16 } from './digest.ts';
import type { SessionKeys } from './session-keys.ts';

export type OpenFault = AckpayFault | 'wrong-epoch' | 'bad-tag';

/**
 * Encodes a message and tags it: HMAC-SHA256(key of the direction, sid || bytes before the tag), 16 bytes.
 * @param sid 16 bytes
 */
export function sealAckpay(keys: SessionKeys, sid: Uint8Array, message: AckpayMessage, ssrcs: AckpaySsrcs): Uint8Array {
  assert(message.epoch === keys.epoch, 'a message is sealed with the keys of its own epoch');
  const bytes = encodeAckpay(message, ssrcs);
  putTag(bytes, hmacTag16(tagKey(keys, message.type), sid, authenticatedPart(bytes)));
  return bytes;
}

/**
 * Decodes and authenticates one RTCP packet. Counter order is the caller's: it alone knows the last one it took.
 * A WINDOW opens under the headend's key, everything else under the device's: each side refuses types it does not expect.
 */
export function openAckpay(
  keys: SessionKeys,
  sid: Uint8Array,
  bytes: Uint8Array,
): Result<{ readonly message: AckpayMessage; readonly ssrcs: AckpaySsrcs }, Fault<OpenFault>> {
  const decoded = decodeAckpay(bytes);
  if (!decoded.ok) return decoded;
  const { message, ssrcs, authenticated, tag } = decoded.value;
  if (message.epoch !== keys.epoch) return fault('wrong-epoch', `the message belongs to epoch ${message.epoch}, now is ${keys.epoch}; drop it`);
  const expected = hmacTag16(tagKey(keys, message.type), sid, authenticated);
  return equalSecrets(expected, tag) ? ok({ message, ssrcs }) : fault('bad-tag', 'the tag of the message is wrong; drop it');
}

function tagKey(keys: SessionKeys, type: AckpayMessage['type']): Uint8Array {
  return type === 'window' ? keys.headendTag : keys.deviceTag;
}
