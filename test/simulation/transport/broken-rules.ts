/**
 * Rules that can be broken on purpose, to see that the checks notice: `npm run sim -- --break NAME`. Each names the rule it breaks.
 */
export const BROKEN_RULES = {
  'count-duplicates': 'a packet that comes twice is owed twice (A5, A14)',
  'acknowledge-unheard': 'the device acknowledges packets that never came (ruling 6)',
  'sell-again': 'after a resume, what is paid for is sold once more (ruling 7)',
  'merge-by-sum': 'counts of the registry are added instead of merged by maximum (ruling 18)',
  'forget-receipts': 'a receipt is shown as durable and never written (ruling 14)',
  'lose-receipts': 'a restart of the headend forgets the receipts (ruling 31)',
  'statement-from-memory': 'the closing statement takes the counts of the last receipt, not what was acknowledged since (ruling 6)',
  'round-up': 'the box rounds the charge up (ruling 10)',
  'bill-twice': 'a statement that is told again is posted again (ruling 9)',
  'lose-without-word': 'the device counts what is late as lost, without being told so (ruling 17)',
  'reuse-slots': 'a resume begins where the last durable number was, not above it (ruling 22)',
  'double-window': 'the sender lends twice the agreed window (ruling 14)',
  'lend-unleased': 'the sender lends its window whatever the account is good for (ruling 20)',
  'fresh-window': 'every resume brings a fresh window (A16)',
  'generous-allowance': 'the sender forgives three of ten losses, whatever was agreed (A10)',
  'sell-unconfirmed': 'paid packets go before the confirmation is durable (P17, ruling 16)',
} as const;

export type BrokenRule = keyof typeof BROKEN_RULES;
