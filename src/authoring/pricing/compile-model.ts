import type { CompiledModel } from '../../domain/rating/compiled-model.ts';
import { minorDigitsOf } from '../../units/iso-4217.ts';
import { compileAttributes } from './compile-attributes.ts';
import { compileCycle } from './compile-cycle.ts';
import { compileAlternate, declaredScopes } from './compile-triggers.ts';
import { type CompileContext, reportValue } from './compile-values.ts';
import type { ReadingReport } from './reading-report.ts';
import type { SourceText } from './source-text.ts';
import type { ReadingMode } from './xml-reader.ts';
import { attributeOf, childOf, type XmlElement } from './xml-tree.ts';

const MODEL_ID = /^[A-Za-z0-9][A-Za-z0-9._:-]{0,63}$/;
const DESCRIPTION_CHARACTERS = 4_000;

/**
 * Compiles a `pricingModel` whose shape was checked. Everything optional gets its default here, so that the rater guesses nothing.
 * @returns the model, to be used only where the report then has no error
 */
export function compileModel(root: XmlElement, source: SourceText, mode: ReadingMode, report: ReadingReport): CompiledModel {
  const expression = childOf(root, 'pricingExpression');
  const part = (name: string): XmlElement | null => (expression === null ? null : childOf(expression, name));
  const [cycleElement, basicElement, alternateElement] = [part('billingCycle'), part('basicPricing'), part('alternatePricing')];
  const context: CompileContext = { source, report, mode, currency: firstCurrency(root), scopes: declaredScopes(alternateElement) };
  const modelId = compileId(root, context);
  const basicAttributes = basicElement === null ? null : childOf(basicElement, 'billingAttributes');
  const model: CompiledModel = {
    version: 1,
    modelId,
    description: compileDescription(root, context),
    currency: context.currency,
    cycle: cycleElement === null ? null : compileCycle(cycleElement, context),
    basic: basicAttributes === null ? null : compileAttributes(basicAttributes, context),
    alternate: alternateElement === null ? null : compileAlternate(alternateElement, context),
  };
  if (expression !== null) checkTogether(expression, model, cycleElement !== null, report);
  if (cycleElement?.children.length === 1 && model.cycle?.kind === 'instantaneous') checkInstantaneous(expression ?? root, report);
  return model;
}

function compileId(root: XmlElement, context: CompileContext): string {
  const version = attributeOf(root, 'version');
  if (version !== null && version.value !== '1.0') reportValue(version, context, 'P-1', 'this program reads version 1.0');
  const element = childOf(root, 'pricingModelID');
  const id = element === null ? null : attributeOf(element, 'value');
  if (id !== null && !MODEL_ID.test(id.value)) reportValue(id, context, 'P-1', 'an id has 1 to 64 letters, digits, dots, colons, dashes or underscores');
  return id?.value ?? '';
}

/** Blanks as a person reads them: line breaks and indentation of the source mean nothing. */
function compileDescription(root: XmlElement, context: CompileContext): string {
  const element = childOf(root, 'description');
  const text = (element?.text ?? '').replace(/[ \t\r\n]+/g, ' ').trim();
  if (element !== null && text.length > DESCRIPTION_CHARACTERS) {
    context.report.error(element.offset, 'too-large', 'P-1', `a description has at most ${DESCRIPTION_CHARACTERS} characters; shorten it`);
  }
  return text;
}

/** P-3: what must stand together. */
function checkTogether(expression: XmlElement, model: CompiledModel, hasCycle: boolean, report: ReadingReport): void {
  const priced = childOf(expression, 'basicPricing') ?? childOf(expression, 'alternatePricing');
  if (!hasCycle && priced !== null) {
    report.error(priced.offset, 'missing-element', 'P-3', `${priced.name} needs to know when it is billed; add a billingCycle before it`);
  }
  const cycle = childOf(expression, 'billingCycle');
  if (cycle !== null && priced === null) {
    report.warn(
      cycle.offset,
      'cost-free',
      'P-3',
      'there is a billingCycle and nothing to bill: the model is taken as cost-free; add basicPricing, or take the cycle out',
    );
  }
  if (model.alternate !== null && model.basic !== null && !canReplace(model)) {
    const alternate = childOf(expression, 'alternatePricing') ?? expression;
    report.warn(
      alternate.offset,
      'no-effect',
      'P-23',
      'no trigger can fire, so alternatePricing never replaces basicPricing; add a trigger, or take one of them out',
    );
  }
}

function canReplace(model: CompiledModel): boolean {
  return model.alternate?.triggers.some((trigger) => trigger.entries.length > 0) ?? false;
}

/** P-5, wherever the two stand: in both pricings, and in what triggers change. */
function checkInstantaneous(element: XmlElement, report: ReadingReport): void {
  for (const child of element.children) {
    if (child.name === 'billingCycleCost' || child.name === 'installmentCost') {
      const advice = 'name a monthly, timePeriod or schedule cycle, or charge a simpleFlatRateCost or fixedRateUseCost';
      report.error(child.offset, 'incompatible', 'P-5', `an instantaneous cycle has no ${child.name}, as there is no cycle to charge it for; ${advice}`);
    }
    checkInstantaneous(child, report);
  }
}

/** In document order, the first valid code. */
function firstCurrency(element: XmlElement): string | null {
  const own = attributeOf(element, 'currency')?.value;
  if (own !== undefined && minorDigitsOf(own) !== null) return own;
  for (const child of element.children) {
    const inner = firstCurrency(child);
    if (inner !== null) return inner;
  }
  return null;
}
