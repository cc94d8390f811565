import type { SlotFacts } from '../cash/coin-slot.ts';
import type { BoxContext } from './box-context.ts';
import type { BoxVocabulary } from './box-setup.ts';

/** Coins are taken only where something can be sold; inhibited is where it starts and where every doubt leads (rulings 12, 29). */
export function cashRegion(vocabulary: BoxVocabulary) {
  return vocabulary.createStateConfig({
    initial: 'inhibited',
    on: {
      'account.standing': { actions: 'noteAccount' },
      'cash.fault': { actions: 'setAcceptorFault' },
      'cash.cleared': { actions: 'clearAcceptorFault' },
    },
    states: {
      inhibited: { entry: 'inhibitCoins', always: { target: 'accepting', guard: 'mayAccept' } },
      accepting: { entry: 'acceptCoins', always: { target: 'inhibited', guard: 'mayNotAccept' } },
    },
  });
}

/** What of the chart decides whether a coin is taken; the slot knows the rest. */
export function cashFactsOf(context: BoxContext, works: number, creditMinor: bigint): ReturnType<SlotFacts> {
  const { online, atHand, storageLow, storageWhy, outOfService, alarm, account } = context;
  return {
    bookWritable: !(storageLow && storageWhy === 'held'),
    storageLow,
    playable: account?.state !== 'unpaid' && (atHand.length > 0 || (online && works > 0)),
    inService: outOfService === null && !alarm,
    creditMinor,
  };
}
