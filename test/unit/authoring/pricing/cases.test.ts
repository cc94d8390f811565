import { readFileSync } from 'node:fs';
import { describe, expect, test } from 'vitest';
import { readModels } from '../../../../src/authoring/pricing/read-model.ts';
import { compareModels } from '../../../../src/domain/rating/compare-models.ts';
import type { CompiledModel } from '../../../../src/domain/rating/compiled-model.ts';
import { canonicalJson } from '../../../../src/wire/canonical-json.ts';

interface Case {
  readonly id: string;
  readonly title: string;
  readonly model_xml: string;
  readonly model_xml_as_printed?: string;
  readonly lenient_warnings_expected?: readonly string[];
}

interface Cases {
  readonly validity_cases: readonly (Case & { readonly valid: boolean })[];
  readonly cases: readonly Case[];
}

const file = (name: string): string => readFileSync(new URL(`../../../cases/${name}`, import.meta.url), 'utf8');
const { validity_cases: validity, cases } = JSON.parse(file('pricing-models.json')) as Cases;

function only(models: readonly CompiledModel[]): CompiledModel {
  const [model] = models;
  if (model === undefined || models.length !== 1) throw new Error(`${models.length} models where one was expected`);
  return model;
}

describe('the validity cases', () => {
  test.each(validity)('$id $title', ({ model_xml, valid }) => {
    const strict = readModels(model_xml, 'strict');
    expect(strict.valid).toBe(valid);
    expect(strict.errors.length > 0).toBe(!valid);
    const lenient = readModels(model_xml, 'lenient');
    expect([lenient.valid, lenient.repairs]).toEqual([valid, []]);
  });
});

describe('the models of the cases', () => {
  test.each(cases)('$id $title reads strictly, and as canonical JSON', ({ model_xml }) => {
    const { models, errors } = readModels(model_xml, 'strict');
    expect(errors).toEqual([]);
    expect(canonicalJson(only(models)).length).toBeGreaterThan(100);
  });

  const printed = cases.filter((one) => one.model_xml_as_printed !== undefined);
  test('are printed in document 002 in nine of them', () => expect(printed).toHaveLength(9));

  test.each(printed)('$id as printed charges the same, with each repair named', ({ model_xml, model_xml_as_printed = '', lenient_warnings_expected }) => {
    expect(readModels(model_xml_as_printed, 'strict').valid).toBe(false);
    const reading = readModels(model_xml_as_printed, 'lenient');
    expect(reading.errors).toEqual([]);
    expect(reading.repairs.map(({ message }) => message)).toEqual(lenient_warnings_expected);
    expect(compareModels(only(readModels(model_xml, 'strict').models), only(reading.models))).toEqual([]);
  });
});

test('the eight samples of document 002 read verbatim, one after the other in one document', () => {
  const { valid, models } = readModels(file('printed-samples.xml'), 'lenient');
  expect(valid).toBe(true);
  expect(models.map(({ modelId }) => modelId)).toEqual(['1312', '1313', '1314', '1316', '1317', '1318', '1329', '1330']);
});
