import { type XmlAttribute as LibAttribute, type XmlElement as LibElement, XmlDocument, XmlElement, XmlText } from 'libxml2-wasm';
import { type ModelReading, readModels } from '../../src/authoring/pricing/read-model.ts';
import { ReadingReport } from '../../src/authoring/pricing/reading-report.ts';
import { repairNames } from '../../src/authoring/pricing/repair-names.ts';
import { SourceText } from '../../src/authoring/pricing/source-text.ts';
import { readTrees } from '../../src/authoring/pricing/xml-reader.ts';
import { type XmlElement as OurElement, writeXml } from '../../src/authoring/pricing/xml-tree.ts';
import { compareModels } from '../../src/domain/rating/compare-models.ts';
import type { CompiledModel } from '../../src/domain/rating/compiled-model.ts';
import { canonicalJson } from '../../src/wire/canonical-json.ts';
import type { SpoiltModel } from './price-mutation.ts';

export interface Verdict {
  /** What a reader must never do; null: it did well. */
  readonly fault: string | null;
  readonly strict: boolean;
  readonly lenient: boolean;
  readonly repaired: boolean;
  /** Valid, and charging something else than the original: what `price compare` says in words. */
  readonly differs: boolean;
}

/** What a model charges, as one text: without its name, its places, and the spelling of its formulas. */
export function priceForm(model: CompiledModel): string {
  const { modelId: _id, description: _words, ...rest } = model;
  return canonicalJson(JSON.parse(JSON.stringify(rest, (key, value) => (key === 'at' || key === 'text' ? undefined : value))));
}

const originals = new Map<string, CompiledModel>();

function originalOf(text: string): CompiledModel {
  const known = originals.get(text);
  if (known !== undefined) return known;
  const [model] = readModels(text, 'strict').models;
  if (model === undefined) throw new Error('a model of the corpus is not valid');
  originals.set(text, model);
  return model;
}

/** Reads one spoilt model in both ways, and holds the readers to their promises. */
export function judgeModel({ kind, original: text, text: spoilt }: SpoiltModel): Verdict {
  const original = originalOf(text);
  const [strict, lenient] = [readModels(spoilt, 'strict'), readModels(spoilt, 'lenient')];
  const verdict = { strict: strict.valid, lenient: lenient.valid, repaired: lenient.repairs.length > 0 };
  const charged = strict.models[0] ?? lenient.models[0];
  const differs = charged !== undefined && priceForm(charged) !== priceForm(original);
  const fault =
    wrongShape(strict) ??
    wrongShape(lenient) ??
    disagreement(strict, lenient) ??
    (strict.valid ? misreading(spoilt) : null) ??
    unexplainedRepair(spoilt, lenient) ??
    unseenDifference(original, charged, differs) ??
    silentChange(kind, differs, strict, lenient);
  return { fault, ...verdict, differs };
}

function wrongShape({ valid, models, errors, warnings, repairs, source }: ModelReading): string | null {
  if (valid !== (errors.length === 0) || valid !== models.length > 0) return 'valid without a model, or invalid without an error';
  const loud = warnings.some(({ rule }) => rule === 'A-8');
  if (repairs.some(({ code }) => code === 'L8') && !loud && warnings.length < 100) return 'L8 without its warning';
  const places = [...errors, ...warnings, ...repairs];
  const lines = source.positionOf(source.text.length).line;
  return places.every(({ line, column }) => line >= 1 && line <= lines && column >= 1) ? null : 'a finding outside of the document';
}

/** Strict and lenient differ only by what lenient reports. */
function disagreement(strict: ModelReading, lenient: ModelReading): string | null {
  if (strict.valid && (!lenient.valid || lenient.repairs.length > 0)) return 'lenient repairs or refuses what strict accepts';
  if (strict.valid && canonicalJson(strict.models) !== canonicalJson(lenient.models)) return 'lenient reads another model than strict';
  const told = lenient.repairs.length > 0 || lenient.warnings.some(({ code }) => code === 'price-may-differ');
  return lenient.valid && !strict.valid && !told ? 'lenient accepts without a word what strict refuses' : null;
}

/** libxml2 and our reader see the same elements, attributes and values. */
function misreading(text: string): string | null {
  // readModels takes the mark of UTF-8 away, as a file may begin with one.
  const source = new SourceText(text.replace(/^\uFEFF/, ''));
  const [ours] = readTrees(source, 'strict', new ReadingReport(source));
  const document = XmlDocument.fromString(text);
  try {
    return ours !== undefined && ourLines(ours) === libLines(document.root) ? null : 'libxml2 reads another document than our reader';
  } finally {
    document.dispose();
  }
}

function ourLines(element: OurElement): string {
  return lines(element.name, element.attributes, element.text, element.children.map(ourLines));
}

function libLines(element: LibElement): string {
  const children: string[] = [];
  let text = '';
  for (let node = element.firstChild; node !== null; node = node.next) {
    if (node instanceof XmlElement) children.push(libLines(node));
    else if (node instanceof XmlText) text += node.content;
  }
  return lines(element.name, element.attrs as readonly LibAttribute[], text, children);
}

function lines(name: string, attributes: readonly { readonly name: string; readonly value: string }[], text: string, children: readonly string[]): string {
  const values = attributes.map((attribute) => [attribute.name, attribute.value]).sort(([left = ''], [right = '']) => (left < right ? -1 : 1));
  return JSON.stringify([name, values, text.trim(), children]);
}

/** What was repaired, written out as the repairs say it, reads strictly as the same model: the report explains the whole change. */
function unexplainedRepair(text: string, lenient: ModelReading): string | null {
  if (!lenient.valid || lenient.repairs.length === 0 || lenient.warnings.some(({ rule }) => rule === 'A-31')) return null;
  const source = new SourceText(text.replace(/^\uFEFF/, ''));
  const report = new ReadingReport(source);
  for (const [index, root] of readTrees(source, 'lenient', report).entries()) {
    repairNames(root, report);
    const [model] = readModels(writeXml(root), 'strict').models;
    const told = lenient.models[index];
    if (model === undefined || told === undefined || priceForm(model) !== priceForm(told)) return 'a repaired model is not what its repairs say';
  }
  return null;
}

/** Every difference of what is charged is one that `price compare` puts into words, and no other. */
function unseenDifference(original: CompiledModel, charged: CompiledModel | undefined, differs: boolean): string | null {
  if (charged === undefined) return null;
  return compareModels(original, charged).length > 0 === differs ? null : 'price compare and the compiled models do not agree';
}

function silentChange(kind: SpoiltModel['kind'], differs: boolean, strict: ModelReading, lenient: ModelReading): string | null {
  if (kind === 'value') return strict.valid && !differs ? 'a number changed, and the model did not' : null;
  if (kind === 'chaos' || !differs) return null;
  const warned = lenient.warnings.some(({ code }) => code === 'price-may-differ');
  return strict.valid || !warned ? 'a spoilt tag changed the price without a warning' : null;
}
