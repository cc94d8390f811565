import { describe, expect, test } from 'vitest';
import { readModels } from '../../../../src/authoring/pricing/read-model.ts';
import { canonicalJson } from '../../../../src/wire/canonical-json.ts';
import { alternateText, basicText, CYCLE, entryText, FIXED, modelText } from './model-text.ts';

/** Errors as `code rule line:column`. */
function errorsOf(text: string): readonly string[] {
  return readModels(text, 'strict').errors.map(({ code, rule, line, column }) => `${code} ${rule} ${line}:${column}`);
}

function warningsOf(text: string): readonly string[] {
  const { errors, warnings } = readModels(text, 'strict');
  expect(errors).toEqual([]);
  return warnings.map(({ code, rule }) => `${code} ${rule}`);
}

const cycle = (inner: string): string => basicText(FIXED, `<billingCycle>${inner}</billingCycle>`);
const cost = (attributes: string): string => basicText(`<fixedRateUseCost ${attributes}/>`);
const change = (attributes: string): string =>
  entryText(`<billingModificationAttributes><fixedRateUseCost currency="USD" ${attributes}/></billingModificationAttributes>`);
const trigger = (name: string, condition: string): string =>
  alternateText('<meteredUseCost currency="USD" value="1" unit="hours"/>', `<${name}><triggerEntry><condition ${condition}/></triggerEntry></${name}>`);
const scoped = (scope: string, entries: string): string =>
  alternateText(FIXED, `<instanceTrigger billingHistoryScope="${scope}"/><supplementalBillingHistory>${entries}</supplementalBillingHistory>`);
const history = (id: string, inner = '<timePeriod years="999"/>'): string =>
  `<billingHistoryEntry scopeID="${id}"><billingCycle>${inner}</billingCycle></billingHistoryEntry>`;

/** A document with `▶` right before the place that is to be named; the marker is taken out before reading. */
function marked(text: string): { readonly document: string; readonly place: string } {
  const before = text.slice(0, text.indexOf('▶')).split('\n');
  return { document: text.replace('▶', ''), place: `${before.length}:${(before.at(-1) ?? '').length + 1}` };
}

describe('refused, with the rule and the place', () => {
  test.each([
    ['another version', modelText('').replace('Model version="1.0"', 'Model version="▶2.0"'), 'value P-1'],
    ['no id', modelText('').replace('<pricingModelID value="m1"/>', '').replace('<pricingModel ', '▶<pricingModel '), 'missing-element P-1'],
    [
      'parts of the model in another order',
      modelText('').replace('<pricingModelID value="m1"/>', '').replace('<pricingExp', '▶<pricingModelID value="m1"/><pricingExp'),
      'order P-1',
    ],
    ['another root', '▶<price/>', 'unknown-element P-1'],
    ['pricing without a cycle', modelText(`▶<basicPricing><billingAttributes>${FIXED}</billingAttributes></basicPricing>`), 'missing-element P-3'],
    ['no cycle method', basicText(FIXED, '▶<billingCycle/>'), 'cycle P-4'],
    ['two cycle methods', cycle('<instantaneous/>▶<monthly dayOfMonth="1"/>'), 'cycle P-4'],
    ['half a pair of weekday and ordinal', cycle('▶<monthly dayOfWeek="Monday"/>'), 'cycle P-6'],
    ['no such weekday', cycle('<monthly dayOfWeek="▶Mon" ordinal="first"/>'), 'value P-6'],
    ['day 32', cycle('<monthly dayOfMonth="▶32"/>'), 'value P-6'],
    ['a period of nothing', cycle('▶<timePeriod days="0"/>'), 'cycle P-7'],
    ['a broken number of days', cycle('<timePeriod days="▶1.5"/>'), 'value P-7'],
    ['a due date of nothing', cycle('<schedule>▶<dueDate/></schedule>'), 'cycle P-8'],
    ['no due date', cycle('▶<schedule/>'), 'missing-element P-1'],
    ['month 13', cycle('<schedule><dueDate month="▶13"/></schedule>'), 'value P-8'],
    ['an attribute twice', basicText(`${FIXED}▶${FIXED}`), 'repeated-element P-1'],
    ['no currency', basicText('▶<fixedRateUseCost value="1"/>'), 'missing-attribute P-11'],
    ['a code that is no currency', cost('currency="▶XXX" value="1"'), 'currency P-11'],
    ['a negative price', cost('currency="USD" value="▶-1"'), 'value P-11'],
    ['a thousands separator', cost('currency="USD" value="▶1,000"'), 'value P-11'],
    ['a price with an exponent', cost('currency="USD" value="▶1e3"'), 'value P-11'],
    ['101 percent in advance', cost('currency="USD" value="1" prePaidPercentage="▶101"'), 'value P-11'],
    ['an attribute misspelled', cost('currency="USD" value="1" ▶prePaidPercent="100"'), 'unknown-attribute P-11'],
    ['two currencies', basicText(`${FIXED}<billingCycleCost currency="▶EUR" value="1"/>`), 'currency A-36'],
    ['instalments without a number', basicText('▶<installmentCost currency="USD" value="1"/>'), 'missing-attribute P-11'],
    ['instalments as printed in sample 1316', basicText('<billingCycleCost currency="USD" value="1" ▶number="4"/>'), 'unknown-attribute P-11'],
    ['metered use paid in advance', basicText('<meteredUseCost currency="USD" value="1" unit="hours" prePaidPercentage="▶50"/>'), 'value A-31'],
    [
      'a cycle cost without a cycle',
      basicText('▶<billingCycleCost currency="USD" value="1"/>', '<billingCycle><instantaneous/></billingCycle>'),
      'incompatible P-5',
    ],
    ['two triggers of a type and scope', alternateText(FIXED, '<instanceTrigger/>▶<instanceTrigger billingHistoryScope="0"/>'), 'trigger P-13'],
    ['a scope that is not declared', alternateText(FIXED, '<instanceTrigger billingHistoryScope="▶2"/>'), 'scope P-14'],
    ['scope 0 declared', scoped('0', history('▶0')), 'value P-15'],
    ['a scope declared twice', scoped('1', `${history('1')}▶${history('1')}`), 'scope P-15'],
    ['an instantaneous scope', scoped('1', `▶${history('1', '<instantaneous/>')}`), 'scope P-15'],
    ['a count that is no integer', trigger('instanceTrigger', 'value="▶2.5"'), 'value P-17'],
    ['scientific notation unannounced', trigger('instanceTrigger', 'value="▶1e3"'), 'value P-17'],
    ['a condition without a value', entryText('▶<condition value=""/>'), 'value P-17'],
    ['an expenditure in another currency', trigger('expenditureTrigger', 'type="▶EUR" value="1"'), 'currency A-36'],
    ['a time of no unit', trigger('meteredTrigger', 'type="▶fortnights" value="1"'), 'value P-17'],
    [
      'two changes of one attribute',
      change('value="1" reduceByPercent="10"').replace('<fixedRateUseCost currency="USD" value="1" r', '▶$&'),
      'modification P-19',
    ],
    ['no change', entryText('<billingModificationAttributes>▶<fixedRateUseCost currency="USD"/></billingModificationAttributes>'), 'modification P-19'],
    ['a placeholder of the listing', change('▶{value | formula}="1"'), 'unknown-attribute A-13'],
    ['more than all of it', change('reduceByPercent="▶101"'), 'value P-11'],
    [
      'a formula on what is not defined',
      entryText('<billingModificationAttributes>▶<simpleFlatRateCost currency="USD" formula="USD(1)"/></billingModificationAttributes>'),
      'modification P-19',
    ],
    ['a discount of nothing', entryText('▶<discountThisCycle currency="USD"/>'), 'value P-20'],
    ['a discount said twice', entryText('▶<discountThisCycle currency="USD" value="1" formula="USD(1)"/>'), 'value P-20'],
    ['a discount zero cycles later', entryText('<discountLaterCycle currency="USD" value="1" cyclesLater="▶0"/>'), 'value P-20'],
    ['an offer without a type', entryText('<promotionalOffer type="▶" value="x"/>'), 'value P-22'],
    ['a result that is almost a known one', entryText('▶<discountThisCycel currency="USD" value="1"/>'), 'unknown-element P-1'],
    ['a known element in the wrong place', entryText('▶<billingAttributes/>'), 'unknown-element P-1'],
    ['a formula that is not money', change('formula="▶use_count * 2"'), 'formula P-24'],
    ['a formula with an error behind a reference', change('formula="USD(1) &#43; &quot;▶"').replace('&quot;▶', '▶&quot;'), 'formula P-24'],
    ['text between elements', basicText(`${FIXED} ▶oops`), 'stray-text XML'],
  ])('%s', (_, text, expected) => {
    const { document, place } = marked(text);
    expect(errorsOf(document)).toEqual([`${expected} ${place}`]);
  });

  test('several faults at once, in the order of the document', () => {
    const text = basicText('<fixedRateUseCost currency="usd" value="$1"/>', '<billingCycle><monthly/></billingCycle>');
    expect(errorsOf(text)).toEqual(['cycle P-6 5:15', 'currency P-11 5:101', 'value P-11 5:113']);
  });

  test('each with words on what to do', () => {
    const [error] = readModels(cost('currency="usd" value="1"'), 'strict').errors;
    expect(error?.message).toBe('currency="usd": this is no currency code of ISO 4217; write one, such as USD');
  });
});

describe('accepted with a word', () => {
  test.each([
    ['a cycle and nothing to bill', modelText(CYCLE), ['cost-free P-3']],
    ['metered use without a unit', basicText('<meteredUseCost currency="USD" value="1"/>'), ['default A-11']],
    ['units bought in advance', basicText('<meteredUseCost currency="USD" value="1" unit="minutes" prePaidUnits="60"/>'), ['extension A-31']],
    ['an expenditure without a currency', trigger('expenditureTrigger', 'value="1"'), ['default A-12']],
    ['a time without a unit', trigger('meteredTrigger', 'value="1"'), ['default A-12']],
    ['a discount without cyclesLater', entryText('<discountLaterCycle currency="USD" value="1"/>'), ['default A-16']],
    ['a scope of the period before', scoped('1', history('1').replace('scopeID', 'offset="-1" scopeID')), ['extension A-27']],
    ['a result that only the vendor knows', entryText('<sendFlowers colour="red"/>'), ['vendor-result P-22']],
    ['30 February', cycle('<schedule><dueDate month="2" day="30"/></schedule>'), ['no-effect P-8']],
    ['a buyout that changes nothing', entryText('<alternatePayment currency="USD" value="9"/>'), ['no-effect P-21']],
  ])('%s', (_, text, expected) => {
    expect(warningsOf(text)).toEqual(expected);
  });
});

describe('accepted without a word', () => {
  test.each([
    ['the third Tuesday', cycle('<monthly dayOfWeek="Tuesday" ordinal="third"/>')],
    ['a mixed period', cycle('<timePeriod years="1" months="2" days="3" hours="4"/>')],
    ['due dates with wildcards', cycle('<schedule><dueDate day="15"/><dueDate year="2027" month="1"/></schedule>')],
    ['an empty value', cost('currency="USD" value=""')],
    ['yen and dinar', cost('currency="KWD" value="0.001"')],
    ['instance and expenditure and metered on one scope', alternateText(FIXED, '<instanceTrigger/><meteredTrigger/><expenditureTrigger/>')],
    ['an attribute that one entry sets and takes away', change('value="0"')],
    ['blanks and comments anywhere', basicText(`<!-- a --> ${FIXED.replace('/>', ' >\n</fixedRateUseCost>')}\r\n<?note x?>`)],
    ['characters by number', cost('currency="&#85;SD" value="&#x30;.9"')],
  ])('%s', (_, text) => {
    expect(warningsOf(text)).toEqual([]);
  });
});

test('the deepest formula in the deepest place still fits canonical JSON', () => {
  const formula = `USD(1)${' + USD(1)'.repeat(19)}`;
  const changed = `<billingModificationAttributes><fixedRateUseCost currency="USD" formula="${formula}"/></billingModificationAttributes>`;
  const { models } = readModels(entryText(`<alternatePayment currency="USD" value="1">${changed}</alternatePayment>`), 'strict');
  expect(canonicalJson(models)).toContain('"operator":"+"');
});

test('defaults stand in the compiled model, so that the rater guesses nothing', () => {
  const text = alternateText(
    '<meteredUseCost currency="USD" value=".50"/><installmentCost currency="USD" value="007.10" number="4" prePaidPercentage="100"/>',
    '<meteredTrigger><triggerEntry><condition value="090"/></triggerEntry></meteredTrigger><instanceTrigger><triggerEntry><condition type="scientific" value="1.5e3"/></triggerEntry></instanceTrigger>',
  );
  const [model] = readModels(text, 'strict').models;
  expect(model?.alternate?.attributes).toMatchObject({
    meteredUseCost: { value: '0.5', unit: 'minutes', prePaidPercentage: '0', prePaidUnits: null },
    installmentCost: { value: '7.1', number: 4, prePaidPercentage: '100', at: { line: 5, column: 137 } },
  });
  const conditions = model?.alternate?.triggers.map(({ type, scope, entries }) => [type, scope, entries[0]?.condition]);
  expect(conditions).toEqual([
    ['metered', 0, { value: '90', unit: 'minutes' }],
    ['instance', 0, { value: '1500', unit: null }],
  ]);
});
