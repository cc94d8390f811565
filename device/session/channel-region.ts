import type { BoxVocabulary } from './box-setup.ts';

/** The digits of a channel's number, as they are pressed: a moment after the last one, or with OK, the box goes there. */
export function channelRegion(vocabulary: BoxVocabulary) {
  return vocabulary.createStateConfig({
    initial: 'idle',
    states: {
      idle: { on: { 'intent.digit': { target: 'entering', actions: 'noteDigit' } } },
      entering: {
        after: { digitTimeout: { target: 'idle', actions: ['tuneIn', 'forgetDigits'] } },
        on: {
          // Anew, so that the next digit has its whole time.
          'intent.digit': { target: 'entering', reenter: true, actions: 'noteDigit' },
          'channel.enter': { target: 'idle', actions: ['tuneIn', 'forgetDigits'] },
          'channel.drop': { target: 'idle', actions: 'forgetDigits' },
        },
      },
    },
  });
}
