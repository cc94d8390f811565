import type { CompiledModel } from '../../domain/rating/compiled-model.ts';
import { checkShape } from './check-shape.ts';
import { compileModel } from './compile-model.ts';
import type { Findings } from './finding.ts';
import { ReadingReport } from './reading-report.ts';
import { repairNames } from './repair-names.ts';
import { type SchemaFault, schemaFaults } from './schema-check.ts';
import { checkSource, type DecodedSource, decodeSource, type SourceText } from './source-text.ts';
import { type ReadingMode, readTrees } from './xml-reader.ts';
import { writeXml, type XmlElement } from './xml-tree.ts';

/** A document that was read: its models where it is valid, and everything that was found on the way. */
export interface ModelReading extends Findings {
  readonly valid: boolean;
  /** Empty where the document is not valid; several only where lenient reading met several, one after the other. */
  readonly models: readonly CompiledModel[];
  /** For showing a line with a caret below. */
  readonly source: SourceText;
}

/**
 * Reads pricing models from XML (document 002, P-1 to P-24), in two stages: our own reader, which keeps every place and alone knows
 * the repairs; then libxml2 with the schema, as a second opinion. A document is valid only where both agree.
 * @param document bytes of a file, or text that came in JSON; bounded by limits.pricingModelBytes before anything is parsed
 */
export function readModels(document: Uint8Array | string, mode: ReadingMode): ModelReading {
  const decoded: DecodedSource = typeof document === 'string' ? checkSource(document) : decodeSource(document);
  const { source, fault } = decoded;
  const report = new ReadingReport(source);
  if (fault !== null) report.error(fault.offset, fault.code, fault.rule, fault.message);
  const roots = report.failed ? [] : readTrees(source, mode, report);
  const models = report.failed ? [] : roots.map((root) => readModel(root, source, mode, report));
  reportTwins(models, roots, report);
  const { errors, warnings, repairs } = report.findings();
  return { valid: errors.length === 0, models: errors.length === 0 ? models : [], errors, warnings, repairs, source };
}

function readModel(root: XmlElement, source: SourceText, mode: ReadingMode, report: ReadingReport): CompiledModel {
  if (mode === 'lenient') repairNames(root, report);
  checkShape(root, report);
  const model = compileModel(root, source, mode, report);
  // Our reader's words are better than the schema's, so those come only where ours has none.
  if (!report.failed) for (const fault of schemaFaults(mode === 'strict' ? source.text : writeXml(root))) reportSchema(fault, root, source, report);
  return model;
}

function reportSchema(fault: SchemaFault, root: XmlElement, source: SourceText, report: ReadingReport): void {
  const element = fault.path === null ? null : elementAt(root, fault.path);
  const offset = element?.offset ?? root.offset;
  report.error(offset, 'schema', 'XML', `${fault.message} (found by the schema at line ${source.positionOf(offset).line})`);
}

/** The element of a path as libxml2 writes it: `/pricingModel/pricingExpression/schedule/dueDate[2]`. */
function elementAt(root: XmlElement, path: string): XmlElement | null {
  const steps = path.split('/').slice(2);
  let element: XmlElement | null = root;
  for (const step of steps) {
    const [, name, index] = /^([^[]+)(?:\[(\d+)\])?$/.exec(step) ?? [];
    element = element?.children.filter((child) => child.name === name)[Number(index ?? '1') - 1] ?? null;
  }
  return element;
}

function reportTwins(models: readonly CompiledModel[], roots: readonly XmlElement[], report: ReadingReport): void {
  for (const [index, { modelId }] of models.entries()) {
    if (models.findIndex((model) => model.modelId === modelId) === index) continue;
    report.error(roots[index]?.offset ?? 0, 'number-of-models', 'P-1', `there are two models with the id ${modelId}; give each its own`);
  }
}
