import { readFileSync } from 'node:fs';

interface Cases {
  readonly cases: readonly { readonly model_xml: string }[];
  readonly validity_cases: readonly { readonly model_xml: string; readonly valid: boolean }[];
}

const FIVE = `<fixedRateUseCost currency="EUR" value="1.20" prePaidPercentage="25"/>
  <meteredUseCost currency="EUR" value="0.06" unit="minutes" prePaidUnits="30"/>
  <billingCycleCost currency="EUR" value="9.95" prePaidPercentage="100"/>
  <installmentCost currency="EUR" value="21.95" number="4"/>
  <simpleFlatRateCost currency="EUR" value="5"/>`;

/** Everything that the grammar has, in one model. */
const WHOLE = `<?xml version="1.0" encoding="UTF-8"?>
<pricingModel version="1.0">
 <pricingModelID value="whole.1"/>
 <description>Everything &amp; more</description>
 <pricingExpression>
  <billingCycle><schedule><dueDate month="1" day="15"/><dueDate month="7"/></schedule></billingCycle>
  <basicPricing><billingAttributes><fixedRateUseCost currency="EUR" value="2"/></billingAttributes></basicPricing>
  <alternatePricing><billingAttributes>${FIVE}</billingAttributes>
  <triggerDefinitions>
   <instanceTrigger><triggerEntry><condition type="scientific" value="1e1"/>
     <billingModificationAttributes><fixedRateUseCost currency="EUR" reduceByPercent="10"/><meteredUseCost currency="EUR" increaseByValue="0.01" unit="hours"/></billingModificationAttributes>
     <discountThisCycle currency="EUR" formula="min(use_count * EUR(0.10), subtotal[2])"/>
    </triggerEntry><triggerEntry><condition value="20"/><promotionalOffer type="film" value="free"/><tellVendor about="twenty"/></triggerEntry>
   </instanceTrigger>
   <expenditureTrigger billingHistoryScope="2"><triggerEntry><condition type="EUR" value="50"/>
     <billingModificationAttributes><billingCycleCost currency="EUR" formula="max(billingCycleCost - (sub_total[2] * 0.02), EUR(4))"/><simpleFlatRateCost currency="EUR" value="0"/></billingModificationAttributes>
     <alternatePayment currency="EUR" value="48"><billingModificationAttributes><installmentCost currency="EUR" value="0" number="0"/></billingModificationAttributes></alternatePayment>
    </triggerEntry></expenditureTrigger>
   <meteredTrigger billingHistoryScope="1"><triggerEntry><condition type="hours" value="1.5"/><discountLaterCycle currency="EUR" value="3" cyclesLater="2"/></triggerEntry>
    <triggerEntry><condition type="hours" value="3"/><alternatePayment currency="EUR" value="7"/>
     <billingModificationAttributes><meteredUseCost currency="EUR" value="0"/></billingModificationAttributes></triggerEntry></meteredTrigger>
   <supplementalBillingHistory>
    <billingHistoryEntry scopeID="1"><billingCycle><monthly dayOfWeek="Tuesday" ordinal="third"/></billingCycle></billingHistoryEntry>
    <billingHistoryEntry scopeID="2" offset="-1"><billingCycle><timePeriod years="1" days="3"/></billingCycle></billingHistoryEntry>
   </supplementalBillingHistory>
  </triggerDefinitions></alternatePricing>
 </pricingExpression>
</pricingModel>
`;

const given = JSON.parse(readFileSync(new URL('../cases/pricing-models.json', import.meta.url), 'utf8')) as Cases;

/** Valid models to spoil: those of the acceptance cases, the valid ones of the validity cases, and one with everything, twice as likely. */
export const PRICE_CORPUS: readonly string[] = [
  ...given.cases.map((one) => one.model_xml),
  ...given.validity_cases.filter((one) => one.valid).map((one) => one.model_xml),
  WHOLE,
  WHOLE,
  WHOLE,
];
