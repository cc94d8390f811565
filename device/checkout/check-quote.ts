import type { Terms } from '../../src/domain/credit/terms.ts';
import { soldPackets } from '../../src/domain/credit/work-parts.ts';
import { sha256Hex } from '../../src/platform/crypto/digest.ts';
import { type Fault, fault, ok, type Result } from '../../src/units/result.ts';
import type { OfferResponse } from '../../src/wire/http-api.ts';
import { parseSnapshot, quoteSnapshot } from '../../src/wire/pricing-snapshot.ts';

/**
 * Reckons the quotes of signed terms again, by the rater that the headend has too: from the very models and the very pricing state
 * whose hashes the terms carry (ruling 11). A price that does not follow from them is not agreed to, higher or lower.
 */
export function checkQuote(terms: Terms, { models, snapshot: text }: OfferResponse['pricing']): Result<null, Fault<'wrong-quote'>> {
  const wrong = (why: string) => fault('wrong-quote', `The price can not be followed (${why}); nothing was agreed.`);
  if (sha256Hex(text) !== terms.pricingStateHash) return wrong('it was made from another pricing state');
  const hashes = new Map([...new Set(models)].map((model) => [model, sha256Hex(model)]));
  if (models.length !== terms.nodes.length || terms.nodes.some(({ modelHash }, index) => hashes.get(models[index] ?? '') !== modelHash))
    return wrong('it was made by other models');
  const snapshot = parseSnapshot(text);
  if (!snapshot.ok) return wrong(snapshot.error.message);
  const { account, currency, atMs, nodes } = snapshot.value;
  if (account !== terms.account || currency !== terms.currency || atMs !== terms.issuedAtMs)
    return wrong('its pricing state is of somebody else, or of another time');
  if (nodes.some(({ durationMs }, index) => durationMs !== soldPackets(terms, index) * terms.packetMs))
    return wrong('it is for another length than the work has');
  const quotes = quoteSnapshot(snapshot.value, models);
  if (!quotes.ok) return wrong(quotes.error.message);
  const index = terms.nodes.findIndex((node, at) => BigInt(node.quoteMinor) !== quotes.value[at]);
  return index < 0 ? ok(null) : wrong(`price ${index + 1} is ${terms.nodes[index]?.quoteMinor}, by its model it is ${quotes.value[index]}`);
}
