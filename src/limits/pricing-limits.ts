/** Models, rating, simulation and offers. Read through `src/limits.ts`. */
export const pricingLimits = {
  /** A pricing model of a thousand trigger entries is far below this. */
  pricingModelBytes: 262_144,
  pricingModelDepth: 24,
  pricingModelElements: 8_000,
  pricingModelAttributes: 16,
  pricingModelAttributeCharacters: 2_000,
  pricingModelNameCharacters: 64,
  /** Periods of all scopes of one licence together: an hourly cycle over twenty years. */
  ratedPeriods: 200_000,
  /** Longer than any use: what is longer is a broken record. */
  ratedUseMs: 10 * 366 * 86_400_000,
  /** Time zones that are kept ready: more than there are. */
  openZones: 1_000,
  usageFileBytes: 67_108_864,
  /** One user of a simulation: about 150,000 uses. */
  simulatedLineBytes: 16_777_216,
  /** Their differences are kept until the end, so that percentiles are exact. */
  simulatedUsers: 2_000_000,
  simulatedUserCharacters: 200,
  simulatedFiles: 100_000,
  /** Uses of a plan together. */
  plannedUses: 1_000_000,
  plannedMonths: 1_200,
  comparedModels: 50,
  /** The same where a headend reckons it while it does other things: a tenth of a second or two. */
  plannedUsesOnline: 20_000,
  comparedModelsOnline: 20,
  /** Parts of one work with a price of their own, together below the size of signed terms. */
  workParts: 64,
  /** A compiled model as it travels in an offer; one of XML at its limit is refused where it compiles to more. */
  compiledModelBytes: 65_536,
  /** Offers that are answered again from memory; a box asks again within seconds. */
  offersRemembered: 1_000,
  /** Uses of one licence that an offer can show to the box. */
  snapshotUses: 10_000,
  pricingTreeNodes: 10_000,
  pricingTreeDepth: 64,
} as const;
