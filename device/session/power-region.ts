import type { BoxVocabulary } from './box-setup.ts';

/** Whether the box of a household is awake. In standby its screen is dark and nothing plays; any key wakes it. */
export function powerRegion(vocabulary: BoxVocabulary) {
  return vocabulary.createStateConfig({
    initial: 'awake',
    states: {
      awake: { entry: 'noteAwake', on: { 'power.sleep': 'standby' } },
      standby: { entry: 'noteStandby', on: { 'power.wake': 'awake' } },
    },
  });
}
