import type { Terms } from '../domain/credit/terms.ts';
import type { CatalogueStore, StoredRendition, StoredWork } from '../ports/headend-stores.ts';
import { asId } from '../units/ids.ts';
import { type Fault, fault, ok, type Result } from '../units/result.ts';
import { decodersText } from '../wire/decoders.ts';
import type { Rendition } from '../wire/http-api.ts';
import type { Decoder } from '../wire/sdp.ts';

/**
 * What a box gets of a film: of the codecs that its board decodes the first one the film was encoded to, with as many lines as it
 * can show (ruling 21). Refused before any money moves.
 */
export function pickRendition(renditions: readonly Rendition[], decodes: readonly Decoder[]): Result<Rendition, Fault<'no-rendition'>> {
  for (const { codec, height } of decodes) {
    const fitting = renditions.filter((rendition) => rendition.codec === codec && rendition.height <= height);
    const [first, ...others] = fitting;
    if (first !== undefined) return ok(others.reduce((best, other) => (other.height > best.height ? other : best), first));
  }
  const shown = decodersText(decodes).replaceAll(',', ', ') || 'no pictures';
  const there = renditions.map(({ name }) => name).join(', ');
  return fault('no-rendition', `This box shows ${shown}, and the film is there as ${there}; the headend can ingest it again with other --renditions.`);
}

/** How the rendition that was agreed lies in the store, for the stream. */
export function agreedRendition(catalogue: Pick<CatalogueStore, 'rendition'>, work: StoredWork, terms: Terms): { readonly rendition?: StoredRendition } {
  const found = terms.rendition === undefined ? null : catalogue.rendition(asId(work.id), terms.rendition);
  return found === null ? {} : { rendition: found };
}
