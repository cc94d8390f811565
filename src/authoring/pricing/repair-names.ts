import type { ReadingReport } from './reading-report.ts';
import { attributeSpelling, elementSpelling } from './spellings.ts';
import { attributeOf, type XmlElement } from './xml-tree.ts';

/**
 * The repairs of lenient reading that need the tree: other spellings (L4, L6), instalments written as cycle costs (L8), and cycles
 * nested in `monthly` as in the listing of the grammar (A-9). Each is reported; the ones that change what is charged warn too.
 */
export function repairNames(element: XmlElement, report: ReadingReport): void {
  for (const child of element.children) {
    respell(element.name, child, report);
    respellChanges(element.name, child, report);
    readInstallments(element, child, report);
  }
  if (element.name === 'billingCycle') hoistCycles(element, report);
  for (const child of element.children) repairNames(child, report);
}

function respell(parent: string, element: XmlElement, report: ReadingReport): void {
  const spelling = elementSpelling(parent, element.name);
  if (spelling === null) return;
  const { name, implies } = spelling;
  report.repair(element.offset, 'L4', `${element.name} read as ${name}${implies === null ? '' : ` with ${implies.name}="${implies.value}"`}`);
  element.name = name;
  if (implies === null) return;
  report.warn(element.offset, 'price-may-differ', 'A-14', `${name} is now charged in advance; write it so yourself, with ${implies.name}="${implies.value}"`);
  if (attributeOf(element, implies.name) !== null) return;
  element.attributes.push({ ...implies, raw: implies.value, offset: element.offset, valueOffset: element.offset });
}

function respellChanges(parent: string, element: XmlElement, report: ReadingReport): void {
  for (const [index, attribute] of element.attributes.entries()) {
    const name = attributeSpelling(parent, attribute.name);
    if (name === null || attributeOf(element, name) !== null) continue;
    report.repair(attribute.offset, 'L6', `${attribute.name} read as ${name}`);
    element.attributes[index] = { ...attribute, name };
  }
}

/** L8, sample 1316: four instalments of 21.95, where the words of the element say 21.95 for ever. */
function readInstallments(parent: XmlElement, element: XmlElement, report: ReadingReport): void {
  const costs = parent.name === 'billingAttributes' || parent.name === 'billingModificationAttributes';
  if (!costs || element.name !== 'billingCycleCost') return;
  const number = attributeOf(element, 'number');
  if (number === null) return;
  report.repair(element.offset, 'L8', 'billingCycleCost with number read as installmentCost');
  const said = `THE PRICE CHANGES: billingCycleCost is charged every cycle without end, installmentCost ${JSON.stringify(number.value)} times in all`;
  report.warn(element.offset, 'price-may-differ', 'A-8', `${said}; write installmentCost, or take number out`);
  element.name = 'installmentCost';
}

function hoistCycles(cycle: XmlElement, report: ReadingReport): void {
  for (const monthly of cycle.children.filter((child) => child.name === 'monthly')) {
    for (const inner of monthly.children.splice(0)) {
      report.warn(inner.offset, 'price-may-differ', 'A-9', `<${inner.name}> inside <monthly> is read as standing beside it, as the grammar has them`);
      cycle.children.push(inner);
    }
  }
}
