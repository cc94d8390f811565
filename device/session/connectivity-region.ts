import type { BoxVocabulary } from './box-setup.ts';

/** Whether the headend answers, and what plays where it does not. Offline until it has answered once. */
export function connectivityRegion(vocabulary: BoxVocabulary) {
  return vocabulary.createStateConfig({
    initial: 'offline',
    on: { 'loans.at-hand': { actions: 'noteAtHand' } },
    states: {
      offline: { entry: 'setOffline', on: { 'net.online': 'online' } },
      online: { entry: 'setOnline', on: { 'net.offline': 'offline' } },
    },
  });
}
