import { assign, setup } from 'xstate';
import type { EndReason } from '../../src/domain/credit/statements.ts';
import { limits } from '../../src/limits.ts';
import type { BoxContext } from './box-context.ts';
import { ALARM_WORDS, storageWords } from './box-sentence.ts';
import { CHANNEL_DIGITS } from './channel-desk.ts';
import type { BoxEvent } from './events.ts';

/** What the chart asks of the world. Named here, carried out by box.ts; a walk of the model gives its own. */
export interface BoxEffects {
  /** Takes up or settles what an earlier run left behind, then raises `recovery.done`. */
  recoverPlays(): void;
  /** Opens a pre-listen of the work that was chosen (or the paid play, where it is free). */
  startTrial(workId: string): void;
  /** Sells a work without a pre-listen: queues it, and opens what is next in the queue. */
  buyOutright(workId: string): void;
  /** Takes the next entry of the queue and opens it. */
  startNext(): void;
  confirmPlay(): void;
  pausePlay(): void;
  resumePlay(): void;
  endPlay(reason: EndReason): void;
  /** OK while something plays. */
  enqueue(workId: string | null, premiumMinor: string | null): void;
  seek(byMs: number): void;
  suppressAcks(on: boolean): void;
  acceptCoins(on: boolean): void;
  /** Goes to the channel with this number. */
  tuneIn(digits: string): void;
  /** How loud the box may be, whatever its volume. At once: a fire alarm waits for nothing. */
  setSound(level: SoundLevel): void;
}

export type SoundLevel = 'open' | 'ducked' | 'silent';

const nothing = (): void => {};
/** Stands in until box.ts provides the real ones. */
const noEffects: BoxEffects = {
  recoverPlays: nothing,
  startTrial: nothing,
  buyOutright: nothing,
  startNext: nothing,
  confirmPlay: nothing,
  pausePlay: nothing,
  resumePlay: nothing,
  endPlay: nothing,
  enqueue: nothing,
  seek: nothing,
  suppressAcks: nothing,
  acceptCoins: nothing,
  tuneIn: nothing,
  setSound: nothing,
};

/** With the headend every work can be had, without it what lies here: nothing else is sold (ruling 12). */
function canHave(context: BoxContext, workId: string | null | undefined): boolean {
  return context.online || (workId != null && context.atHand.includes(workId));
}

/** The opposite of each other's guards: the chart rests in one of both. */
function canTakeCoins(context: BoxContext): boolean {
  const playable = context.online || context.atHand.length > 0;
  return (
    playable &&
    context.account?.state !== 'unpaid' &&
    !context.storageLow &&
    !context.alarm &&
    context.outOfService === null &&
    context.acceptorFaults.length === 0
  );
}

/** The vocabulary of the chart: types, guards, actions, delays. The regions are in files of their own. */
export function boxVocabulary(effects: BoxEffects = noEffects) {
  return setup({
    types: { context: {} as BoxContext, events: {} as BoxEvent },
    delays: {
      confirmTimeout: limits.confirmMs,
      // An outage lasts minutes; the play itself says when its grace is over.
      stallTimeout: ({ event }) =>
        event.type === 'play.stalled' && event.why === 'network' ? limits.headendGraceMs + limits.stallToFaultMs : limits.stallToFaultMs,
      faultShown: limits.faultShownMs,
      settleTimeout: limits.settleMs,
      checkoutTimeout: limits.checkoutMs,
      digitTimeout: limits.channelDigitMs,
    },
    guards: {
      isThisPlay: ({ context, event }) => 'playId' in event && event.playId === context.playId,
      opensTrial: ({ event }) => event.type === 'play.opened' && event.phase === 'trial',
      namesWork: ({ event }) => event.type === 'intent.ok' && event.workId !== undefined,
      namesOtherWork: ({ context, event }) => event.type === 'intent.ok' && event.workId !== undefined && event.workId !== context.workId,
      canSellChosen: ({ context, event }) =>
        event.type === 'intent.ok' &&
        event.workId !== undefined &&
        canHave(context, event.workId) &&
        !context.storageLow &&
        !context.alarm &&
        context.outOfService === null,
      canSell: ({ context }) => canHave(context, context.workId) && !context.storageLow,
      canEnqueue: ({ context, event }) => event.type === 'intent.ok' && canHave(context, event.workId),
      sellsOutright: ({ context }) => context.outright,
      queueCanPlay: ({ context }) =>
        context.queueWaits && (context.online || context.atHand.length > 0) && !context.alarm && !context.standby && context.outOfService === null,
      mayAccept: ({ context }) => context.takesCoins && canTakeCoins(context),
      mayNotAccept: ({ context }) => !canTakeCoins(context),
      isOutOfService: ({ context }) => context.outOfService !== null,
      trialIsOver: ({ context }) => context.trialOver,
      alarmSounds: ({ context }) => context.alarm,
      alarmIsOver: ({ context }) => !context.alarm,
      mustBeSilent: ({ context }) => context.alarm || context.muted,
      maySound: ({ context }) => !context.alarm && !context.muted,
      isPaging: ({ context }) => context.paging,
      isNotPaging: ({ context }) => !context.paging,
    },
    actions: {
      recoverPlays: () => effects.recoverPlays(),
      startTrial: ({ context }) => {
        if (context.workId !== null) effects.startTrial(context.workId);
      },
      buyOutright: ({ context }) => {
        if (context.workId !== null) effects.buyOutright(context.workId);
      },
      startNext: () => effects.startNext(),
      confirmPlay: () => effects.confirmPlay(),
      pausePlay: () => effects.pausePlay(),
      resumePlay: () => effects.resumePlay(),
      endPlay: ({ context }) => effects.endPlay(context.endReason),
      enqueue: ({ event }) => {
        if (event.type === 'intent.ok') effects.enqueue(event.workId ?? null, event.premiumMinor ?? null);
      },
      seek: ({ event }) => {
        if (event.type === 'intent.seek') effects.seek(event.byMs);
      },
      suppressAcks: ({ event }) => {
        if (event.type === 'intent.suppress-acks') effects.suppressAcks(event.on);
      },
      noteDigit: assign(({ context, event }) => (event.type === 'intent.digit' ? { digits: `${context.digits}${event.digit}`.slice(-CHANNEL_DIGITS) } : {})),
      forgetDigits: assign({ digits: '' }),
      tuneIn: ({ context }) => effects.tuneIn(context.digits),
      acceptCoins: () => effects.acceptCoins(true),
      inhibitCoins: () => effects.acceptCoins(false),
      soundOpen: () => effects.setSound('open'),
      soundDucked: () => effects.setSound('ducked'),
      soundSilent: () => effects.setSound('silent'),
      chooseWork: assign(({ event }) => (event.type === 'intent.ok' ? { workId: event.workId ?? null, fromQueue: false, notice: null, fault: null } : {})),
      chooseQueue: assign({ fromQueue: true, queueWaits: false, workId: null, notice: null, fault: null }),
      adoptPlay: assign(({ event }) => ('playId' in event ? { playId: event.playId } : {})),
      forgetPlay: assign({ playId: null, workId: null, fromQueue: false, trialOver: false, outright: false }),
      noteTrialOver: assign({ trialOver: true }),
      noteOutright: assign({ outright: true }),
      rememberQueue: assign({ queueWaits: true }),
      noteMessage: assign(({ event }) => (event.type === 'play.refused' ? { notice: event.message || null, noticeCode: event.code } : {})),
      sayNotice: assign(({ event }) =>
        event.type === 'notice.say' ? { notice: event.message, noticeCode: event.code ?? null, noticeValues: event.values ?? {} } : {},
      ),
      noteClaim: assign(({ event }) => (event.type === 'notice.claim' ? { claim: { code: event.code, amountMinor: event.amountMinor } } : {})),
      clearClaim: assign({ claim: null }),
      noteQuestion: assign({ notice: 'First answer the question: OK plays this one, Back leaves it.', noticeCode: 'answer-first' }),
      clearNotice: assign({ notice: null }),
      noteOffline: assign(({ context }) => ({
        notice: context.alarm
          ? ALARM_WORDS
          : context.storageLow
            ? storageWords(context)
            : context.atHand.length > 0
              ? 'The headend can not be reached: only what is checked out on this box plays just now.'
              : 'The headend can not be reached: nothing can be played for money just now.',
        noticeCode: context.storageLow ? 'storage-low' : 'no-sale',
      })),
      noteFault: assign(({ event }) =>
        event.type === 'play.failed' ? { fault: { code: event.code, message: event.message }, endReason: 'failed' as const } : {},
      ),
      noteStallFault: assign({
        fault: { code: 'stalled-too-long', message: 'The stream stood still for too long; what was not heard is given back.' },
        endReason: 'failed',
      }),
      noteCheckoutFault: assign({
        fault: { code: 'checkout-timeout', message: 'The headend did not open the play in time; nothing was charged.' },
        endReason: 'failed',
      }),
      endFinished: assign({ endReason: 'finished' }),
      endStopped: assign({ endReason: 'stopped' }),
      endSkipped: assign({ endReason: 'skipped' }),
      endDeclined: assign({ endReason: 'trial-declined' }),
      endClosed: assign({ endReason: 'closed' }),
      setOnline: assign({ online: true }),
      setOffline: assign({ online: false }),
      noteAtHand: assign(({ event }) => (event.type === 'loans.at-hand' ? { atHand: event.works } : {})),
      setStorageLow: assign(({ event }) => ({
        storageLow: true,
        storageWhy: event.type === 'service.storage-low' ? (event.why ?? 'full') : ('full' as const),
      })),
      setStorageOk: assign({ storageLow: false }),
      setOutOfService: assign(({ event }) => (event.type === 'service.on' ? { outOfService: event.reason } : {})),
      setInService: assign({ outOfService: null }),
      setAcceptorFault: assign(({ context, event }) =>
        event.type === 'cash.fault' ? { acceptorFaults: [...context.acceptorFaults.filter((code) => code !== event.code), event.code] } : {},
      ),
      clearAcceptorFault: assign(({ context, event }) =>
        event.type === 'cash.cleared' ? { acceptorFaults: context.acceptorFaults.filter((code) => code !== event.code) } : {},
      ),
      noteAccount: assign(({ event }) => (event.type === 'account.standing' ? { account: event.account } : {})),
      noteAwake: assign({ standby: false }),
      noteStandby: assign({ standby: true }),
      setAlarm: assign({ alarm: true }),
      clearAlarm: assign({ alarm: false }),
      setPaging: assign({ paging: true }),
      clearPaging: assign({ paging: false }),
      toggleMute: assign(({ context }) => ({ muted: !context.muted })),
    },
  });
}

export type BoxVocabulary = ReturnType<typeof boxVocabulary>;
