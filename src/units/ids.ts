/** Branded identifiers: plain strings that the compiler keeps apart. Who they name stands in ARCHITECTURE.md, glossary. */
type Id<Brand extends string> = string & { readonly __brand: Brand };

/** Owes the headend (document 003's AccountNo). A venue's box belongs to one account, a household is one. */
export type AccountId = Id<'AccountId'>;
/** A device: a jukebox or a set-top box (document 003's OutletNo). */
export type OutletId = Id<'OutletId'>;
export type LocationId = Id<'LocationId'>;
/** A pseudonymous person; personal data sits in a table of its own. */
export type ConsumerId = Id<'ConsumerId'>;
/** A coin session (first coin until credit 0 or idle), or the account itself on a set-top. */
export type PayerId = Id<'PayerId'>;
export type VendorId = Id<'VendorId'>;
export type ProviderId = Id<'ProviderId'>;
/** An immutable ingested work: hash of its manifest, `w` + 32 hex digits. */
export type WorkId = Id<'WorkId'>;
export type LicenceId = Id<'LicenceId'>;
/** One wish to hear one work: the key of its hold, its settlement, its refund and its receipt. */
export type PlayId = Id<'PlayId'>;
/** A PaySession: 16 random bytes, as 32 hex digits. */
export type SessionId = Id<'SessionId'>;
export type PricingNodeId = Id<'PricingNodeId'>;
export type QueueEntryId = Id<'QueueEntryId'>;

/** Gives an identifier its type where it enters the program (a row, a request). */
export function asId<T extends string>(text: string): T {
  return text as T;
}

/**
 * A UUID version 7 (RFC 9562, 5.7): sortable by time, unique by 74 random bits.
 * @param wallMs milliseconds since 1970
 * @param random at least 10 random bytes; the caller owns randomness, so that tests can repeat it
 */
export function uuidv7(wallMs: number, random: Uint8Array): string {
  const bytes = new Uint8Array(16);
  let rest = Math.max(0, Math.floor(wallMs));
  for (let index = 5; index >= 0; index -= 1) {
    bytes[index] = rest % 256;
    rest = Math.floor(rest / 256);
  }
  bytes.set(random.subarray(0, 10), 6);
  bytes[6] = ((bytes[6] ?? 0) & 0x0f) | 0x70;
  bytes[8] = ((bytes[8] ?? 0) & 0x3f) | 0x80;
  const hex = Array.from(bytes, (byte) => byte.toString(16).padStart(2, '0')).join('');
  return `${hex.slice(0, 8)}-${hex.slice(8, 12)}-${hex.slice(12, 16)}-${hex.slice(16, 20)}-${hex.slice(20)}`;
}
