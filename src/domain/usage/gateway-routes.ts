/** The kinds of outside entities that document 003 knows ([0064]). */
export const ENTITY_KINDS = ['usage-processing', 'billing', 'information-provider'] as const;
export type EntityKind = (typeof ENTITY_KINDS)[number];

/** What passes the gateway: records by kind, orders by themselves, bills. */
export const TRANSACTION_TYPES = ['usage', 'order', 'cash', 'receipt', 'audit', 'fault', 'bill'] as const;
export type TransactionType = (typeof TRANSACTION_TYPES)[number];

/** The routing table (Fig. 7, 272). Audit lines and faults are the operator's own. */
export const GATEWAY_ROUTES: Readonly<Record<TransactionType, readonly EntityKind[]>> = {
  usage: ['usage-processing'],
  order: ['usage-processing', 'billing', 'information-provider'],
  cash: ['billing'],
  receipt: ['billing'],
  bill: ['billing'],
  audit: [],
  fault: [],
};

/** Why the gateway keeps a transaction from an entity that never answered to it. */
export const POISON_REASON = 'the entity broke off or fell silent each time it got this';

/** Administration that an entity may ask for, and who may ([0035], U-9). */
export const ADMINISTRATION = {
  'billing-verification': ['billing'],
  'subscription-termination': ['billing'],
  'channel-mapping': ['billing'],
} as const satisfies Readonly<Record<string, readonly EntityKind[]>>;
