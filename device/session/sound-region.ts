import type { BoxVocabulary } from './box-setup.ts';

/** How loud the box may be: a fire alarm and the staff's mute key silence it, a voice over the loudspeakers ducks it. */
export function soundRegion(vocabulary: BoxVocabulary) {
  return vocabulary.createStateConfig({
    initial: 'open',
    on: {
      'alarm.on': { actions: 'setAlarm' },
      'alarm.off': { actions: 'clearAlarm' },
      'paging.on': { actions: 'setPaging' },
      'paging.off': { actions: 'clearPaging' },
      'intent.mute': { actions: 'toggleMute' },
    },
    states: {
      open: {
        entry: 'soundOpen',
        always: [
          { target: 'silent', guard: 'mustBeSilent' },
          { target: 'ducked', guard: 'isPaging' },
        ],
      },
      ducked: {
        entry: 'soundDucked',
        always: [
          { target: 'silent', guard: 'mustBeSilent' },
          { target: 'open', guard: 'isNotPaging' },
        ],
      },
      silent: { entry: 'soundSilent', always: { target: 'open', guard: 'maySound' } },
    },
  });
}
