import { createHmac, timingSafeEqual } from 'node:crypto';

/** RFC 6238 with what every authenticator app takes for granted: SHA-1, 30 s, 6 digits. */
const STEP_MS = 30_000;
const DIGITS = 6;
/** A clock may be one step off to either side (RFC 6238, 5.2). */
const DRIFT_STEPS = 1;
const ALPHABET = 'ABCDEFGHIJKLMNOPQRSTUVWXYZ234567';

/** HOTP of RFC 4226, 5.3. */
export function oneTimeCode(secret: Uint8Array, step: number): string {
  const counter = Buffer.alloc(8);
  counter.writeBigUInt64BE(BigInt(step));
  const mac = createHmac('sha1', secret).update(counter).digest();
  const offset = (mac[19] ?? 0) & 0x0f;
  return String((mac.readUInt32BE(offset) & 0x7fff_ffff) % 10 ** DIGITS).padStart(DIGITS, '0');
}

export function stepAt(wallMs: number): number {
  return Math.floor(wallMs / STEP_MS);
}

/**
 * @param lastStep the newest step that was used already: no code is taken twice (RFC 6238, 5.2)
 * @returns the step whose code this is, or null
 */
export function acceptedStep(secret: Uint8Array, code: string, wallMs: number, lastStep: number): number | null {
  if (!/^\d{6}$/.test(code)) return null;
  const now = stepAt(wallMs);
  for (let step = Math.max(now - DRIFT_STEPS, lastStep + 1); step <= now + DRIFT_STEPS; step += 1)
    if (timingSafeEqual(Buffer.from(oneTimeCode(secret, step)), Buffer.from(code))) return step;
  return null;
}

/** RFC 4648 base 32 without padding, as authenticator apps take it. */
export function base32(bytes: Uint8Array): string {
  const bits = [...bytes].map((byte) => byte.toString(2).padStart(8, '0')).join('');
  return (bits.match(/.{1,5}/g) ?? []).map((five) => ALPHABET[Number.parseInt(five.padEnd(5, '0'), 2)]).join('');
}

/** What an authenticator app scans. */
export function otpauthUri(name: string, secret: Uint8Array): string {
  return `otpauth://totp/Ackbox:${encodeURIComponent(name)}?secret=${base32(secret)}&issuer=Ackbox`;
}
