import type { BoxVocabulary } from './box-setup.ts';

/** Whether the headend answers. Offline until it has once. */
export function connectivityRegion(vocabulary: BoxVocabulary) {
  return vocabulary.createStateConfig({
    initial: 'offline',
    states: {
      offline: { entry: 'setOffline', on: { 'net.online': 'online' } },
      online: { entry: 'setOnline', on: { 'net.offline': 'offline' } },
    },
  });
}
