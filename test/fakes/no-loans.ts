import type { LoansOfBox } from '../../device/loans/loan-view.ts';
import { fault } from '../../src/units/result.ts';

/** A box at which nothing is lent. */
export const NO_LOANS: LoansOfBox = {
  views: () => [],
  renewal: () => null,
  playableWorks: () => [],
  offer: async () => fault('not-found', 'There is no such title.'),
  rent: async () => fault('not-found', 'There is no such title.'),
  answerRenewal: async () => null,
  giveBack: async () => null,
};
