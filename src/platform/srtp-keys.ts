import { createCipheriv } from 'node:crypto';
import { assert } from '../units/assert.ts';
import type { SrtpMaster } from './crypto/session-keys.ts';
import { packetCrypt } from './fast-crypto.ts';
import type { PacketCrypt } from './packet-cipher.ts';

const LABEL = { rtpKey: 0x00, rtpSalt: 0x02, rtcpKey: 0x03, rtcpSalt: 0x05 } as const;

/**
 * What encrypts the RTP and the RTCP packets of one direction, from a master (RFC 3711, 4.3.1 and 4.3.3, AES-CM, key derivation rate 0).
 * The 96-bit salt of RFC 7714 is padded on the right to the 112 bits that the derivation works on (RFC 7714, 11; as libsrtp does).
 */
export function deriveSrtpCiphers(master: SrtpMaster): { readonly rtp: PacketCrypt; readonly rtcp: PacketCrypt } {
  assert(master.key.length === 16 && master.salt.length === 12, 'a master for AEAD_AES_128_GCM has a key of 16 and a salt of 12 bytes');
  return {
    rtp: packetCrypt(derive(master, LABEL.rtpKey, 16), derive(master, LABEL.rtpSalt, 12)),
    rtcp: packetCrypt(derive(master, LABEL.rtcpKey, 16), derive(master, LABEL.rtcpSalt, 12)),
  };
}

function derive(master: SrtpMaster, label: number, bytes: number): Uint8Array {
  const counter = new Uint8Array(16);
  counter.set(master.salt);
  counter[7] = (counter[7] ?? 0) ^ label;
  return new Uint8Array(createCipheriv('aes-128-ctr', master.key, counter).update(new Uint8Array(bytes)));
}
