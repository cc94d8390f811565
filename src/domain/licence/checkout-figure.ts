import type { Edge } from './flowchart.ts';

/**
 * Fig. 9 of document 003, [0073]-[0074]: checkout, extension and return.
 *
 *     332 checkout -> 334 download -> 336 usage report -> 338 paid? -yes-> 342 within the period? -yes-> 344 access
 *      ^   ^                           ^      |no                            |no                           |
 *      |   +---------yes--- 340 pays? <-------+         346 renews? <--------+                             |
 *      |                     |no       |                  |yes |no                                         |
 *      +---------------------------------------------------+   +-> 348 exit                                |
 *                            +-> 348   +------------------------------ the next report --------------------+
 */
export const CHECKOUT_STATES = {
  332: 'checkout',
  334: 'download',
  336: 'usage report',
  338: 'paid?',
  340: 'wants to pay?',
  342: 'within the period?',
  344: 'access',
  346: 'wants to renew?',
  348: 'exit',
} as const;
export type CheckoutState = keyof typeof CHECKOUT_STATES;
export type CheckoutAnswer = 'next' | 'yes' | 'no';

/**
 * Departure: [0074] says "if the client has paid, then state 344"; it must read "within the period" (B-1). A refusal at 340 exits
 * at 348 (B-5). 344 leads to the next report: the tracker goes on reporting while there is access.
 */
export const CHECKOUT_FIGURE: readonly Edge<CheckoutState, CheckoutAnswer>[] = [
  { from: 332, on: 'next', to: 334 },
  { from: 334, on: 'next', to: 336 },
  { from: 336, on: 'next', to: 338 },
  { from: 338, on: 'yes', to: 342 },
  { from: 338, on: 'no', to: 340 },
  { from: 340, on: 'yes', to: 332 },
  { from: 340, on: 'no', to: 348 },
  { from: 342, on: 'yes', to: 344 },
  { from: 342, on: 'no', to: 346 },
  { from: 344, on: 'next', to: 336 },
  { from: 346, on: 'yes', to: 332 },
  { from: 346, on: 'no', to: 348 },
];
