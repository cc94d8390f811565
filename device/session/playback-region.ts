import type { BoxVocabulary } from './box-setup.ts';

/**
 * The playback region: from choosing a work to its settlement.
 *
 * A person's OK leads browse -> checkout -> preListen -> confirming -> playing; the queue leads browse -> checkout -> playing. What
 * was pre-listened to as often as it is free leads browse -> checkout -> outright -> checkout -> playing.
 * Every play leaves through `settling`, which ends only when its money is settled in the book.
 */
export function playbackRegion(vocabulary: BoxVocabulary) {
  const stop = { target: '#playback.settling', actions: 'endStopped' } as const;
  const skip = { target: '#playback.settling', actions: 'endSkipped' } as const;
  // Not on `service.on`: that may fall while the play is still being opened or confirmed.
  const close = { target: '#playback.settling', guard: 'isOutOfService', actions: 'endClosed' } as const;
  const declineClosed = { target: '#playback.settling', guard: 'isOutOfService', actions: 'endDeclined' } as const;
  // A fire alarm holds what is paid, and ends what is not: nobody answers questions then.
  const hold = { target: 'held', guard: 'alarmSounds' } as const;
  const declineAlarm = { target: '#playback.settling', guard: 'alarmSounds', actions: 'endDeclined' } as const;
  const fail = { target: '#playback.settling', guard: 'isThisPlay', actions: 'noteFault' } as const;
  const finish = { target: '#playback.settling', guard: 'isThisPlay', actions: 'endFinished' } as const;
  const decline = { target: '#playback.settling', actions: 'endDeclined' } as const;
  return vocabulary.createStateConfig({
    id: 'playback',
    initial: 'recovering',
    on: {
      'queue.ready': { actions: 'rememberQueue' },
      'play.refused': { actions: 'noteMessage' },
      'notice.say': { actions: 'sayNotice' },
      'notice.claim': { actions: 'noteClaim' },
      'notice.claim-over': { actions: 'clearClaim' },
      'notice.over': { actions: 'clearNotice' },
      'cash.credit-changed': { actions: ['clearNotice', 'clearClaim'] },
      'play.trial-over': { actions: 'noteTrialOver' },
      'intent.seek': { actions: 'seek' },
      'intent.suppress-acks': { actions: 'suppressAcks' },
    },
    states: {
      recovering: {
        entry: 'recoverPlays',
        on: {
          'play.opened': [
            { target: 'preListen', guard: 'opensTrial', actions: 'adoptPlay' },
            { target: 'playing', actions: 'adoptPlay' },
          ],
          'recovery.done': 'browse',
        },
      },
      browse: {
        entry: 'forgetPlay',
        always: { target: 'checkout', guard: 'queueCanPlay', actions: ['chooseQueue', 'startNext'] },
        on: {
          'intent.ok': [
            { target: 'checkout', guard: 'canSellChosen', actions: ['chooseWork', 'startTrial'] },
            { guard: 'namesWork', actions: 'noteOffline' },
          ],
          'intent.back': { actions: 'clearNotice' },
        },
      },
      checkout: {
        after: { checkoutTimeout: { target: 'settling', actions: 'noteCheckoutFault' } },
        on: {
          'play.opened': [
            { target: 'preListen', guard: 'opensTrial', actions: 'adoptPlay' },
            { target: 'playing', actions: 'adoptPlay' },
          ],
          'play.trial-used': { target: 'outright', actions: 'noteOutright' },
          'play.refused': [
            { target: 'outright', guard: 'sellsOutright', actions: 'noteMessage' },
            { target: 'browse', actions: 'noteMessage' },
          ],
          'play.failed': { target: 'settling', actions: ['adoptPlay', 'noteFault'] },
          'intent.back': { target: 'settling', actions: 'endDeclined' },
          'intent.stop': stop,
        },
      },
      outright: {
        always: [
          { target: 'browse', guard: 'isOutOfService' },
          { target: 'browse', guard: 'alarmSounds' },
        ],
        after: { confirmTimeout: 'browse' },
        on: {
          'intent.ok': [
            { guard: 'namesOtherWork', actions: 'noteQuestion' },
            { target: 'checkout', guard: 'canSell', actions: ['clearNotice', 'buyOutright'] },
            { actions: 'noteOffline' },
          ],
          'intent.back': 'browse',
          'intent.stop': 'browse',
          'intent.skip': 'browse',
        },
      },
      preListen: {
        always: [declineClosed, declineAlarm],
        on: {
          'intent.ok': [{ guard: 'namesOtherWork', actions: 'noteQuestion' }, { target: 'confirming' }],
          'intent.back': decline,
          'intent.stop': decline,
          'intent.skip': decline,
          'play.trial-over': { target: 'awaitingConfirmation', guard: 'isThisPlay', actions: 'noteTrialOver' },
          'play.finished': decline,
          'play.failed': fail,
        },
      },
      awaitingConfirmation: {
        always: [declineClosed, declineAlarm],
        after: { confirmTimeout: decline },
        on: {
          'intent.ok': [{ guard: 'namesOtherWork', actions: 'noteQuestion' }, { target: 'confirming' }],
          'intent.back': decline,
          'intent.stop': decline,
          'intent.skip': decline,
          'play.failed': fail,
        },
      },
      confirming: {
        entry: 'confirmPlay',
        after: { checkoutTimeout: { target: 'settling', actions: 'noteCheckoutFault' } },
        on: {
          'play.confirmed': { target: 'playing', guard: 'isThisPlay', actions: 'clearNotice' },
          'play.refused': [
            { target: 'awaitingConfirmation', guard: 'trialIsOver', actions: 'noteMessage' },
            { target: 'preListen', actions: 'noteMessage' },
          ],
          'play.failed': fail,
        },
      },
      playing: {
        initial: 'flowing',
        always: close,
        on: {
          'intent.ok': [{ guard: 'canEnqueue', actions: 'enqueue' }, { actions: 'noteOffline' }],
          'intent.skip': skip,
          'intent.stop': stop,
          'play.finished': finish,
          'play.failed': fail,
        },
        states: {
          flowing: {
            always: hold,
            on: { 'play.stalled': { target: 'stalled', guard: 'isThisPlay' }, 'intent.play-pause': 'paused' },
          },
          stalled: {
            always: hold,
            after: { stallTimeout: { target: '#playback.settling', actions: 'noteStallFault' } },
            on: {
              'play.flowing': { target: 'flowing', guard: 'isThisPlay' },
              // The headend stood still; now the network is gone, which takes another time.
              'play.stalled': { target: 'stalled', guard: 'isThisPlay', reenter: true },
              'intent.play-pause': 'paused',
            },
          },
          paused: {
            entry: 'pausePlay',
            on: { 'intent.play-pause': { target: 'flowing', guard: 'alarmIsOver', actions: 'resumePlay' } },
          },
          held: { entry: 'pausePlay', always: { target: 'flowing', guard: 'alarmIsOver', actions: 'resumePlay' } },
        },
      },
      settling: {
        entry: 'endPlay',
        on: {
          'play.settled': [{ target: 'faulted', guard: ({ context }) => context.endReason === 'failed' }, { target: 'browse' }],
        },
        after: { settleTimeout: { target: 'faulted' } },
      },
      faulted: {
        entry: 'forgetPlay',
        after: { faultShown: 'browse' },
        on: { 'intent.ok': 'browse', 'intent.back': 'browse' },
      },
    },
  });
}
