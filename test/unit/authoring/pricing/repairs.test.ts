import { describe, expect, test } from 'vitest';
import { readModels } from '../../../../src/authoring/pricing/read-model.ts';
import { compareModels } from '../../../../src/domain/rating/compare-models.ts';
import { alternateText, basicText, CYCLE, entryText, FIXED, modelText } from './model-text.ts';

interface Outcome {
  readonly repairs: readonly string[];
  readonly warnings: readonly string[];
  readonly errors: readonly string[];
}

function lenient(text: string): Outcome {
  const { errors, warnings, repairs } = readModels(text, 'lenient');
  const place = (finding: { line: number; column: number }): string => `${finding.line}:${finding.column}`;
  return {
    repairs: repairs.map((repair) => `${place(repair)} ${repair.message}`),
    warnings: warnings.map((warning) => `${warning.code} ${warning.rule}`),
    errors: errors.map((error) => `${error.code} ${error.rule}`),
  };
}

/** Both are read, the first leniently and the second strictly; what charges differently. */
function differences(broken: string, meant: string): readonly unknown[] {
  const [left] = readModels(broken, 'lenient').models;
  const [right] = readModels(meant, 'strict').models;
  if (left === undefined || right === undefined) throw new Error('one of the two can not be read');
  return compareModels(left, right);
}

const plain = basicText(FIXED);
const change = (attributes: string): string =>
  entryText(`<billingModificationAttributes><fixedRateUseCost currency="USD" ${attributes}/></billingModificationAttributes>`);
const history = (scope: string): string =>
  alternateText(
    FIXED,
    `<supplementalBillingHistory><billingHistoryEntry ${scope}><billingCycle><timePeriod years="9"/></billingCycle></billingHistoryEntry></supplementalBillingHistory>`,
  );

describe('each repair gives the model that was meant, and is reported with its place', () => {
  test.each([
    ['L1', plain.replace('?>', '>'), plain, ['1:1 L1 malformed XML declaration dropped']],
    ['L1, an end tag of a declaration', plain.replace('<?xml', '</?xml').replace('?>', '>'), plain, ['1:1 L1 malformed XML declaration dropped']],
    ['L1, a declaration behind a blank line', `\n${plain}`, plain, ['2:1 L1 misplaced XML declaration dropped']],
    ['L2', plain.replace('"28"/>', '"28">'), plain, ['5:15 L2 <monthly> closed implicitly by </billingCycle>']],
    ['L3', plain.replace('</pricingModel>', '</pricingModel></pricingModel>'), plain, ['7:16 L3 stray </pricingModel> ignored']],
    [
      'L4',
      basicText('<simpleFlatRate currency="USD" value="1"/>'),
      basicText('<simpleFlatRateCost currency="USD" value="1"/>'),
      ['5:89 L4 simpleFlatRate read as simpleFlatRateCost'],
    ],
    ['L5', history('= "1"'), history('scopeID="1"'), ['6:50 L5 nameless attribute of billingHistoryEntry read as scopeID']],
    ['L6', change('reduceByPercentage="10"'), change('reduceByPercent="10"'), ['6:96 L6 reduceByPercentage read as reduceByPercent']],
    [
      'L7',
      plain.replace('<billingAttributes>', '<billingAttributes/>'),
      plain,
      ['5:70 L7 <billingAttributes/> read as an open tag, as <fixedRateUseCost> belongs into it'],
    ],
  ])('%s', (_, broken, meant, repairs) => {
    expect(readModels(broken, 'strict').valid).toBe(false);
    expect(lenient(broken)).toEqual({ repairs, warnings: [], errors: [] });
    expect(differences(broken, meant)).toEqual([]);
  });

  test('L8, which changes the price, warns loudly', () => {
    const broken = basicText('<billingCycleCost currency="USD" value="21.95" number="4"/>');
    expect(lenient(broken)).toEqual({
      repairs: ['5:89 L8 billingCycleCost with number read as installmentCost'],
      warnings: ['price-may-differ A-8'],
      errors: [],
    });
    expect(readModels(broken, 'lenient').warnings[0]?.message).toMatch(/^THE PRICE CHANGES: .*"4" times in all/);
    expect(differences(broken, basicText('<installmentCost currency="USD" value="21.95" number="4"/>'))).toEqual([]);
  });

  test('the pre-paid names of the list are read as paid in advance, with a warning (A-14)', () => {
    const broken = basicText('<prePaidBillingCycleCost currency="USD" value="1"/>');
    expect(lenient(broken).warnings).toEqual(['price-may-differ A-14']);
    expect(differences(broken, basicText('<billingCycleCost currency="USD" value="1" prePaidPercentage="100"/>'))).toEqual([]);
  });

  test('a share of metered use paid in advance falls due at the end, with a warning (A-31)', () => {
    const metered = (rest: string): string => basicText(`<meteredUseCost currency="USD" value="1" unit="hours"${rest}/>`);
    expect(lenient(metered(' prePaidPercentage="50"'))).toEqual({ repairs: [], warnings: ['price-may-differ A-31'], errors: [] });
    expect(differences(metered(' prePaidPercentage="50"'), metered(''))).toEqual([]);
  });
});

describe('what is not listed is not guessed', () => {
  test.each([
    ['a document cut off in the middle', plain.slice(0, 300), ['syntax XML']],
    ['a document without its last tag', plain.replace('</pricingModel>\n', ''), ['syntax XML']],
    ['a nameless attribute elsewhere', plain.replace('dayOfMonth=', '='), ['syntax XML']],
    ['a value without quotes', plain.replace('"28"', '28'), ['syntax XML']],
    ['an attribute twice', plain.replace('dayOfMonth="28"', 'dayOfMonth="28" dayOfMonth="1"'), ['repeated-attribute XML']],
    [
      'cycles nested in monthly (A-9): both remain, and one is too many',
      basicText(FIXED, '<billingCycle><monthly><timePeriod months="3"/></monthly></billingCycle>'),
      ['cycle P-4'],
    ],
    [
      'an entry that swallows the next',
      alternateText(FIXED, '<instanceTrigger><triggerEntry><triggerEntry></triggerEntry></instanceTrigger>'),
      ['unknown-element P-1'],
    ],
    [
      'instalments said twice over',
      basicText('<billingCycleCost currency="USD" value="1" number="4"/><installmentCost currency="USD" value="1" number="4"/>'),
      ['repeated-element P-1'],
    ],
    ['two models of one id', plain + plain, ['number-of-models P-1']],
    ['another root behind the model', `${plain}<other/>`, ['number-of-models XML']],
  ])('%s', (_, text, errors) => {
    expect(lenient(text).errors).toEqual(errors);
  });

  test('a stray end tag whose start may be missing is ignored as ruled, and warned about', () => {
    const entry =
      '<alternatePayment currency="USD" value="9"><billingModificationAttributes><fixedRateUseCost currency="USD" value="0"/></billingModificationAttributes></alternatePayment>';
    const cut = entryText(entry).replace(/<alternatePayment[^>]*>/, '');
    expect(lenient(cut)).toMatchObject({ warnings: ['price-may-differ A-3'], errors: [] });
  });

  test('an element without an end that swallowed others is closed as ruled, and warned about', () => {
    const changed = '<billingModificationAttributes><fixedRateUseCost currency="USD" value="0"/></billingModificationAttributes>';
    const swallowing = entryText(`<alternatePayment currency="USD" value="9">${changed}`);
    expect(lenient(swallowing)).toMatchObject({ repairs: [expect.stringMatching(/L2 <alternatePayment>/)], warnings: ['price-may-differ A-2'], errors: [] });
  });

  test('a buyout without an end stays as it is, though a modification stands behind it', () => {
    const changed = '<billingModificationAttributes><fixedRateUseCost currency="USD" value="0"/></billingModificationAttributes>';
    const text = entryText(`<alternatePayment currency="USD" value="9"/>${changed}`);
    expect(lenient(text)).toEqual({ repairs: [], warnings: ['no-effect P-21'], errors: [] });
    expect(differences(text, text)).toEqual([]);
  });
});

test('several models of one document are read one by one, only leniently', () => {
  const second = modelText(CYCLE).replace('"m1"', '"m2"').replace('?>', '>');
  expect(readModels(plain + second, 'strict').valid).toBe(false);
  expect(readModels(plain + second, 'lenient').models.map(({ modelId }) => modelId)).toEqual(['m1', 'm2']);
});
