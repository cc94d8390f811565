import { ELEMENT_NAMES, type ElementRule, ruleOf, type Times } from './grammar.ts';
import type { ReadingReport } from './reading-report.ts';
import { attributeSpelling, elementSpelling, nearestName } from './spellings.ts';
import { childrenOf, type XmlElement } from './xml-tree.ts';

/** Judges elements, attributes, their number and their order by the table of the grammar; what the values say is judged by the compiler. */
export function checkShape(root: XmlElement, report: ReadingReport): void {
  if (root.name === 'pricingModel') checkElement(root, null, report);
  else report.error(root.offset, 'unknown-element', 'P-1', `a pricing model begins with <pricingModel version="1.0">, not with <${root.name}>`);
}

function checkElement(element: XmlElement, parent: string | null, report: ReadingReport): void {
  const rule = ruleOf(parent, element.name);
  if (rule === null) return;
  checkAttributes(element, parent, rule, report);
  checkNumbers(element, rule, report);
  if (rule.ordered === true) checkOrder(element, rule, report);
  if (rule.text !== true && element.textOffset >= 0) {
    report.error(element.textOffset, 'stray-text', 'XML', `<${element.name}> holds no text; take it out, or make a comment of it`);
  }
  for (const child of element.children) {
    if (Object.hasOwn(rule.children, child.name)) checkElement(child, element.name, report);
    else checkUnknown(child, element, rule, report);
  }
}

function checkAttributes(element: XmlElement, parent: string | null, rule: ElementRule, report: ReadingReport): void {
  const known = [...rule.required, ...rule.optional];
  for (const { name, offset } of element.attributes) {
    if (known.includes(name)) continue;
    const meant = attributeSpelling(parent ?? '', name) ?? nearestName(name, known);
    const places = known.length === 0 ? 'it takes none' : `it takes ${known.join(', ')}`;
    const instalments =
      name === 'number' && element.name === 'billingCycleCost' ? ': instalments are written <installmentCost ... number="..."/>' : `; ${places}`;
    report.error(
      offset,
      'unknown-attribute',
      'P-11',
      `<${element.name}> has no attribute ${name}${meant === null ? instalments : `; ${meant} is probably meant`}`,
    );
  }
  for (const name of rule.required) {
    if (element.attributes.some((attribute) => attribute.name === name)) continue;
    report.error(element.offset, 'missing-attribute', 'P-11', `<${element.name}> needs the attribute ${name}; write ${name}="..."`);
  }
}

function checkNumbers(element: XmlElement, rule: ElementRule, report: ReadingReport): void {
  for (const [name, times] of Object.entries(rule.children)) {
    const found = childrenOf(element, name);
    if (found.length === 0 && isNeeded(times)) {
      report.error(element.offset, 'missing-element', 'P-1', `<${element.name}> needs ${times === 'once' ? 'a' : 'at least one'} <${name}> inside; add it`);
    }
    const second = found[1];
    if (second !== undefined && isSingle(times)) {
      report.error(second.offset, 'repeated-element', 'P-1', `<${element.name}> takes <${name}> once; keep the one that is meant`);
    }
  }
}

function isNeeded(times: Times): boolean {
  return times === 'once' || times === 'at-least-once';
}

function isSingle(times: Times): boolean {
  return times === 'once' || times === 'at-most-once';
}

function checkOrder(element: XmlElement, rule: ElementRule, report: ReadingReport): void {
  const order = Object.keys(rule.children);
  const places = element.children.map((child) => order.indexOf(child.name));
  const early = element.children.find((_, index) => index > 0 && (places[index] ?? 0) < (places[index - 1] ?? 0));
  if (early !== undefined) report.error(early.offset, 'order', 'P-1', `<${early.name}> stands too late; the order is ${order.join(', ')}`);
}

/** A trigger may have results that only its vendor knows (P-22); a known name in the wrong place, or almost a known one, is an error. */
function checkUnknown(child: XmlElement, parent: XmlElement, rule: ElementRule, report: ReadingReport): void {
  const allowed = Object.keys(rule.children);
  const spelled = elementSpelling(parent.name, child.name)?.name;
  const meant = spelled ?? nearestName(child.name, rule.open === true ? ELEMENT_NAMES : allowed);
  const known = ELEMENT_NAMES.includes(child.name);
  if (rule.open !== true || known || meant !== null) {
    const places = allowed.length === 0 ? 'it takes no elements' : `it takes ${allowed.join(', ')}`;
    const hint = known || meant === null ? places : `${meant} is probably meant`;
    report.error(child.offset, 'unknown-element', 'P-1', `<${child.name}> has no place in <${parent.name}>; ${hint}`);
    return;
  }
  const inner = child.children[0]?.offset ?? (child.textOffset >= 0 ? child.textOffset : null);
  if (inner !== null) report.error(inner, 'unknown-element', 'P-22', `a result for the vendor says what it means in attributes of <${child.name}>, not inside`);
  report.warn(
    child.offset,
    'vendor-result',
    'P-22',
    `<${child.name}> is no result that the rater knows: when the trigger fires, it is sent to the vendor, and changes no price`,
  );
}
