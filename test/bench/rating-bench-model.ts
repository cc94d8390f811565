const LIFETIME = '<billingHistoryEntry scopeID="1"><billingCycle><timePeriod years="999"/></billingCycle></billingHistoryEntry>';
/** Three triggers. */
export const benchExpression = (useCost: string): string => `<billingCycle><monthly dayOfMonth="28"/></billingCycle><alternatePricing>
  <billingAttributes><fixedRateUseCost currency="USD" value="${useCost}"/><meteredUseCost currency="USD" value="0.06" unit="minutes"/><billingCycleCost currency="USD" value="4.95"/></billingAttributes>
  <triggerDefinitions>
    <instanceTrigger><triggerEntry><condition value="10"/><billingModificationAttributes><fixedRateUseCost currency="USD" reduceByPercent="10"/></billingModificationAttributes></triggerEntry></instanceTrigger>
    <expenditureTrigger billingHistoryScope="1"><triggerEntry><condition type="USD" value="50.00"/><billingModificationAttributes><billingCycleCost currency="USD" reduceByValue="1.00"/></billingModificationAttributes></triggerEntry></expenditureTrigger>
    <meteredTrigger><triggerEntry><condition type="hours" value="10"/><billingModificationAttributes><meteredUseCost currency="USD" reduceByPercent="50" unit="minutes"/></billingModificationAttributes><discountThisCycle currency="USD" value="1.00"/></triggerEntry></meteredTrigger>
    <supplementalBillingHistory>${LIFETIME}</supplementalBillingHistory>
  </triggerDefinitions></alternatePricing>`;
