import { readFileSync } from 'node:fs';
import { describe, expect, test } from 'vitest';
import { readModels } from '../../../../src/authoring/pricing/read-model.ts';
import { prepareModel } from '../../../../src/domain/rating/prepared-model.ts';
import { priceInTree } from '../../../../src/domain/rating/pricing-tree.ts';
import { rateHistory } from '../../../../src/domain/rating/rate-history.ts';
import { openZone } from '../../../../src/domain/rating/zone.ts';
import { rationalText } from '../../../../src/units/rational.ts';
import { parseInstant, ratedJson, readUsageFile } from '../../../../src/wire/rating-json.ts';
import { chargedAttributes, readPricingTree } from '../../../../src/wire/tree-json.ts';

interface PriceCase {
  readonly id: string;
  readonly title: string;
  readonly model_xml: string;
  readonly model_xml_as_printed?: string;
  readonly evaluate_until: string;
  readonly computation: string;
  readonly expected: Readonly<Record<string, unknown>>;
}

interface TreeCase {
  readonly id: string;
  readonly title: string;
  readonly tree: unknown;
  readonly checks: readonly { readonly licences: readonly string[]; readonly use: string; readonly price: string }[];
}

// Figures computed by hand; the source stands in the file.
const file = JSON.parse(readFileSync(new URL('../../../cases/pricing.json', import.meta.url), 'utf8')) as {
  cases: PriceCase[];
  pricing_tree_cases: TreeCase[];
};

function rateCase(given: PriceCase, xml: string): Readonly<Record<string, unknown>> {
  const [model] = readModels(xml, 'lenient').models;
  const usage = readUsageFile(given);
  if (model === undefined || !usage.ok) throw new Error('the case cannot be read');
  const zone = openZone(usage.value.timeZone);
  if (!zone.ok) throw new Error(zone.error.message);
  const prepared = prepareModel(model, usage.value.currency);
  const untilMs = parseInstant(given.evaluate_until) ?? 0;
  const rated = rateHistory(prepared, { startMs: usage.value.licenceStartMs, zone: zone.value, events: usage.value.events, untilMs });
  if (!rated.ok) throw new Error(rated.error.message);
  return ratedJson(rated.value, prepared.digits);
}

describe('the acceptance cases of the requirements', () => {
  test.each(file.cases)('$id $title', (given) => {
    expect(rateCase(given, given.model_xml), given.computation).toMatchObject(given.expected);
  });

  const printed = file.cases.filter((given) => given.model_xml_as_printed !== undefined);
  test.each(printed)('$id, the sample as document 002 prints it, costs the same', (given) => {
    expect(rateCase(given, given.model_xml_as_printed ?? '')).toMatchObject(given.expected);
  });

  test.each(file.pricing_tree_cases)('$id $title', ({ tree, checks }) => {
    const read = readPricingTree(tree, () => null);
    if (!read.ok) throw new Error(read.error.message);
    for (const { licences, use, price } of checks) {
      const found = priceInTree(read.value, new Set(licences), use);
      if (!found.ok) throw new Error(found.error.message);
      const charged = found.value;
      expect(chargedAttributes(charged).map((name) => Number(rationalText(charged[name].value)).toFixed(2))).toEqual([price]);
    }
  });
});
