import { peerPackages } from './peer-packages.ts';

interface Curve {
  readonly utils: { randomSecretKey(): Uint8Array };
  getPublicKey(secret: Uint8Array): Uint8Array;
  sign(message: Uint8Array, secret: Uint8Array): Uint8Array;
  verify(signature: Uint8Array, message: Uint8Array, key: Uint8Array): boolean;
}

const TIMES = 150;
/** Of IPv4 and UDP, then a session id, a cumulative amount, and the signature. */
const VOUCHER_BYTES = 28 + 16 + 8 + 64;

export interface VoucherFigures {
  readonly paidPacketsPerCoreSecond: number;
  readonly payerMicrosPerPacket: number;
  readonly payeeMicrosPerPacket: number;
  readonly returnBytesPerPacket: number;
  readonly notes: string;
}

function microsEach(call: (index: number) => void): number {
  for (let index = 0; index < 10; index += 1) call(index);
  const before = process.cpuUsage();
  for (let index = 0; index < TIMES; index += 1) call(index);
  const spent = process.cpuUsage(before);
  return (spent.user + spent.system) / TIMES;
}

/** A signed cumulative amount for each packet, as payment channels of x402 and MPP have it: the cryptography alone, no network, no store. */
export function voucherFigures(): VoucherFigures | { readonly missing: string } {
  const packages = peerPackages();
  if ('missing' in packages) return packages;
  const { secp256k1 } = packages.load('@noble/curves/secp256k1.js') as { readonly secp256k1: Curve };
  const secret = secp256k1.utils.randomSecretKey();
  const key = secp256k1.getPublicKey(secret);
  const voucher = (index: number): Uint8Array => new Uint8Array(24).fill(index);
  const signatures: Uint8Array[] = [];
  const payer = microsEach((index) => {
    signatures[index] = secp256k1.sign(voucher(index), secret);
  });
  const payee = microsEach((index) => {
    if (!secp256k1.verify(signatures[index] ?? new Uint8Array(64), voucher(index), key)) throw new Error('a voucher does not verify');
  });
  return {
    paidPacketsPerCoreSecond: Math.round(1e6 / payee),
    payerMicrosPerPacket: Math.round(payer),
    payeeMicrosPerPacket: Math.round(payee),
    returnBytesPerPacket: VOUCHER_BYTES,
    notes:
      'Signature and verification only, in JavaScript (@noble/curves); a native library is some ten times faster. Does more: each packet alone can be shown to anybody and cashed on a chain, ours only the receipt every two seconds.',
  };
}
