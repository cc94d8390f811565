/** Pricing models as text, around the piece that a test is about. */

export function modelText(expression: string): string {
  return `<?xml version="1.0"?>
<pricingModel version="1.0">
<pricingModelID value="m1"/><description>d</description>
<pricingExpression>
${expression}
</pricingExpression>
</pricingModel>
`;
}

export const CYCLE = '<billingCycle><monthly dayOfMonth="28"/></billingCycle>';

export function basicText(attributes: string, cycle = CYCLE): string {
  return modelText(`${cycle}<basicPricing><billingAttributes>${attributes}</billingAttributes></basicPricing>`);
}

/** `inner` stands in line 6, the others before it. */
export function alternateText(attributes: string, inner: string, cycle = CYCLE): string {
  const triggers = `<triggerDefinitions>\n${inner}\n</triggerDefinitions>`;
  return modelText(`${cycle}<alternatePricing><billingAttributes>${attributes}</billingAttributes>${triggers}</alternatePricing>`);
}

export function entryText(entry: string, attributes = '<fixedRateUseCost currency="USD" value="1"/>'): string {
  return alternateText(attributes, `<instanceTrigger><triggerEntry>${entry}</triggerEntry></instanceTrigger>`);
}

export const FIXED = '<fixedRateUseCost currency="USD" value="0.90"/>';
