import type { BoxVocabulary } from './box-setup.ts';

/** Coins are taken only where something can be sold; inhibited is where it starts and where every doubt leads (rulings 12, 29). */
export function cashRegion(vocabulary: BoxVocabulary) {
  return vocabulary.createStateConfig({
    initial: 'inhibited',
    on: { 'cash.fault': { actions: 'setAcceptorFault' }, 'cash.cleared': { actions: 'clearAcceptorFault' } },
    states: {
      inhibited: { entry: 'inhibitCoins', always: { target: 'accepting', guard: 'mayAccept' } },
      accepting: { entry: 'acceptCoins', always: { target: 'inhibited', guard: 'mayNotAccept' } },
    },
  });
}
