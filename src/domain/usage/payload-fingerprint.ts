/**
 * Equal for equal payloads, whatever the order of their keys: 53 bits of two mixed 32-bit hashes. Tells payloads apart by accident, not
 * against malice. The headend compares SHA-256 (ruling 30).
 */
export function payloadFingerprint(value: unknown): number {
  const payload = canonical(value);
  let high = 0xdead_beef;
  let low = 0x41c6_ce57;
  for (let index = 0; index < payload.length; index += 1) {
    const unit = payload.charCodeAt(index);
    high = Math.imul(high ^ unit, 2_654_435_761);
    low = Math.imul(low ^ unit, 1_597_334_677);
  }
  high = Math.imul(high ^ (high >>> 16), 2_246_822_507) ^ Math.imul(low ^ (low >>> 13), 3_266_489_909);
  low = Math.imul(low ^ (low >>> 16), 2_246_822_507) ^ Math.imul(high ^ (high >>> 13), 3_266_489_909);
  return 4_294_967_296 * (2_097_151 & low) + (high >>> 0);
}

/** JSON with sorted keys: the same payload gives the same text. */
function canonical(value: unknown): string {
  if (Array.isArray(value)) return `[${value.map(canonical).join()}]`;
  if (typeof value !== 'object' || value === null) return JSON.stringify(value) ?? 'null';
  const fields = value as Readonly<Record<string, unknown>>;
  return `{${Object.keys(fields)
    .sort()
    .map((key) => `${JSON.stringify(key)}:${canonical(fields[key])}`)
    .join()}}`;
}
