import type { BoxVocabulary } from './box-setup.ts';

/** Setting that holds why the box is out of service; empty or absent where it is not. */
export const OUT_OF_SERVICE_SETTING = 'out-of-service';

/** Whether the box sells: staff can take it out of service, and so does a disk that is nearly full (ruling 30). */
export function serviceRegion(vocabulary: BoxVocabulary) {
  return vocabulary.createStateConfig({
    initial: 'inService',
    states: {
      inService: {
        entry: ['setInService', 'setStorageOk'],
        on: { 'service.on': { target: 'outOfService', actions: 'setOutOfService' }, 'service.storage-low': 'storageLow' },
      },
      storageLow: {
        entry: 'setStorageLow',
        on: { 'service.storage-ok': 'inService', 'service.on': { target: 'outOfService', actions: 'setOutOfService' } },
      },
      outOfService: { on: { 'service.off': 'inService', 'service.on': { actions: 'setOutOfService' } } },
    },
  });
}
