import type { JSX } from 'preact';
import { choose, intend } from './api.ts';
import { Button } from './button.tsx';
import { Price } from './cards.tsx';
import { Cover } from './cover.tsx';
import { Purse } from './frame.tsx';
import type { Language, View, Work } from './model.ts';
import { pop, push, type State, trialSeconds, waits } from './store.ts';
import { clock, startsIn, t } from './texts.ts';
import { sentence } from './words.ts';

/** One work: what it is, what it costs and when it would start, before anybody pays. */
export function WorkSheet({ state, work }: { readonly state: State; readonly work: Work }): JSX.Element {
  const { view } = state;
  const loan = loanOf(state, work);
  const missing = BigInt(work.free || view.housePays ? 0 : work.priceMinor) - BigInt(view.creditMinor);
  return (
    <main class="stage">
      <div class="big">
        <Cover work={work} />
      </div>
      <section class="facts" data-roll="" data-group="content">
        <h1>{work.title}</h1>
        <p class="by">{work.artist}</p>
        <p class="soft">{[work.album, work.genre, work.year].filter((part) => part !== null && part !== '').join(' · ')}</p>
        <dl class="terms">
          <Term label={t('price')}>
            <Price work={work} />
          </Term>
          {work.channel === undefined ? (
            <Term label={t('length')}>{clock(work.durationMs)}</Term>
          ) : (
            <Term label={t('channel')}>{String(work.channel.number)}</Term>
          )}
          <Term label={t('starts')}>
            <span id="starts">{startsIn(view.nextStartInMs)}</span>
            {view.queue.length > 0 ? <span class="soft"> · {t('waitingBefore', { count: view.queue.length })}</span> : null}
          </Term>
          {loan === null ? null : (
            <Term label={t('rented')}>
              <span id="rented">{loanText(loan, state.preferences.language)}</span>
            </Term>
          )}
        </dl>
        <Actions state={state} work={work} />
        <p class="note" role="status">
          {waits(state) && missing > 0n ? t('creditShort', { missing: { minor: missing.toString() } }) : (state.refusal ?? noticeOf(state))}
        </p>
      </section>
      <div class="corner" data-group="head">
        <Purse state={state} />
      </div>
    </main>
  );
}

/** Why the box did not grant it, where it says so; a refusal of the headend is a fault to the box. */
function noticeOf(state: State): string {
  const { said, playback } = state.view;
  return said.notice === null && playback !== 'faulted' && !state.away ? t('notHeardNotPaid') : sentence(state);
}

/** What is on its way back is nobody's any more. */
const loanOf = ({ view }: State, work: Work): View['loans'][number] | null =>
  view.loans.find((one) => one.workId === work.id && one.state !== 'returning') ?? null;

function loanText({ state, endMs, doneBytes, totalBytes }: View['loans'][number], language: Language): string {
  if (state === 'downloading' || state === 'waiting') return t('broughtHere', { percent: totalBytes === 0 ? 0 : Math.floor((100 * doneBytes) / totalBytes) });
  if (endMs === null) return t('forGood');
  const until = new Date(endMs).toLocaleString(language, { day: 'numeric', month: 'short', hour: '2-digit', minute: '2-digit' });
  return t(state === 'expired' ? 'rentalOver' : 'rentedUntil', { until });
}

/** What being heard before those who wait costs, rounded as the box rounds it; null where it is not sold, or nobody waits. */
function premiumOf({ view: { premiumPercent, queue } }: State, work: Work): bigint | null {
  if (premiumPercent === null || queue.length === 0 || work.free) return null;
  return (2n * BigInt(work.priceMinor) * BigInt(premiumPercent) + 100n) / 200n;
}

function Actions({ state, work }: { readonly state: State; readonly work: Work }): JSX.Element {
  const queued = waits(state);
  const loan = loanOf(state, work);
  const premium = queued ? premiumOf(state, work) : null;
  const words = queued
    ? work.free
      ? t('queueFree')
      : t('queueFor', { price: { minor: work.priceMinor } })
    : work.free
      ? t('playFree')
      : t('listen', { seconds: trialSeconds });
  return (
    <div class="actions">
      <Button kind="main" name="choose" first icon={queued ? 'queue' : work.free ? 'play' : 'listen'} press={() => choose(work)}>
        {words}
      </Button>
      {premium === null ? null : (
        <Button name="next" icon="queue" press={() => choose(work, premium)}>
          {t('nextFor', { price: { minor: String(BigInt(work.priceMinor) + premium) } })}
        </Button>
      )}
      {state.view.profile === 'set-top' && work.channel === undefined ? (
        <Button name="rent" icon="receipt" press={() => intend('intent.rent', { workId: work.id })}>
          {t(loan === null ? 'rent' : loan.state === 'expired' ? 'renew' : 'giveBack')}
        </Button>
      ) : null}
      {work.artist === '' ? null : (
        <Button name="more" icon="artist" press={() => push({ name: 'group', by: 'artist', value: work.artist })}>
          {t('moreOf', { artist: work.artist })}
        </Button>
      )}
      <Button name="back" icon="back" press={() => void pop()}>
        {t('back')}
      </Button>
    </div>
  );
}

function Term({ label, children }: { readonly label: string; readonly children: JSX.Element | string | readonly (JSX.Element | null)[] }): JSX.Element {
  return (
    <div>
      <dt>{label}</dt>
      <dd>{children}</dd>
    </div>
  );
}
