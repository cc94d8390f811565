import type { JSX } from 'preact';
import { intend } from './api.ts';
import { Button } from './button.tsx';
import { Cover } from './cover.tsx';
import { Purse } from './frame.tsx';
import type { View, Work } from './model.ts';
import { type State, top, trialSeconds } from './store.ts';
import { amount, t } from './texts.ts';
import { plainSentence, sentence } from './words.ts';

/** A question stands, or this page has just asked for a work that is being opened or confirmed. */
export function asksSomething(state: State): boolean {
  const { view, choosing } = state;
  return (
    view.firstBoot !== null ||
    view.question !== null ||
    view.rental !== null ||
    asksRenewal(state) ||
    (choosing === 'play' && (view.playback === 'checkout' || view.playback === 'confirming'))
  );
}

export function asksRenewal({ view, putOff }: State): boolean {
  return view.question === null && view.rental === null && view.renewal !== null && view.renewal.licence !== putOff;
}

/** The pre-listen with its countdown, the price, and the two answers. */
export function Question({ state }: { readonly state: State }): JSX.Element {
  const { view } = state;
  if (view.rental !== null) return <Rental state={state} rental={view.rental} />;
  if (asksRenewal(state) && view.renewal !== null) return <Renewal renewal={view.renewal} />;
  const route = top();
  const work: Work | null = view.nowPlaying ?? (route.name === 'work' ? route.work : null);
  const outright = view.playback === 'outright';
  return (
    <main class="stage question">
      {work === null ? null : (
        <div class="backdrop" aria-hidden="true">
          <Cover work={work} />
        </div>
      )}
      <div class="big">{work === null ? null : <Cover work={work} />}</div>
      <section class="facts" data-roll="" data-group="content">
        <p class="kicker">{view.question === null ? t('opening') : outright ? sentence(state) : t('preListening')}</p>
        <h1>{work?.title ?? ''}</h1>
        <p class="by">{work?.artist ?? ''}</p>
        <div class="ask">
          <Countdown state={state} />
          <p class="cost">
            <span class="soft">{t('price')}</span>
            <strong id="question-price">{amount(view.question?.priceMinor ?? work?.priceMinor ?? '0')}</strong>
          </p>
        </div>
        <div class="actions across">
          {view.question === null ? null : (
            <Button kind="main" name="yes" first icon="check" press={() => intend('intent.ok')}>
              {outright ? t('buy') : t('yes')}
            </Button>
          )}
          <Button name="no" first={view.question === null} icon="back" press={() => intend('intent.back')}>
            {t('no')}
          </Button>
        </div>
        <p class="note" role="status">
          {view.said.notice === null && state.refusal === null && !state.away ? t(view.profile === 'jukebox' ? 'fromStart' : 'goesOn') : sentence(state)}
        </p>
      </section>
      <div class="corner" data-group="head">
        <Purse state={state} />
      </div>
    </main>
  );
}

/** The time of a title that is kept on this box is over. */
function Renewal({ renewal }: { readonly renewal: NonNullable<View['renewal']> }): JSX.Element {
  const { licence, title, text } = renewal;
  return (
    <main class="stage alone">
      <section class="facts" data-roll="" data-group="content">
        <h1>{title}</h1>
        <p class="by">{text}</p>
        <div class="actions across">
          <Button kind="main" name="renew" first icon="check" press={() => intend('intent.renew', { licence, yes: true })}>
            {t('renew')}
          </Button>
          <Button name="return" icon="back" press={() => intend('intent.renew', { licence, yes: false })}>
            {t('giveBack')}
          </Button>
        </div>
      </section>
    </main>
  );
}

/** What renting, keeping or giving back a title means, with its price, before anything happens. */
function Rental({ state, rental }: { readonly state: State; readonly rental: NonNullable<View['rental']> }): JSX.Element {
  const { kind, workId, title, feeMinor } = rental;
  const answer = (yes: boolean): void => intend('intent.rent', { workId, yes });
  return (
    <main class="stage alone">
      <section class="facts" data-roll="" data-group="content">
        <h1>{title}</h1>
        <p class="by">{plainSentence(state)}</p>
        {kind === 'return' ? null : (
          <p class="cost">
            <span class="soft">{t('price')}</span>
            <strong id="rental-price">{amount(feeMinor)}</strong>
          </p>
        )}
        <div class="actions across">
          <Button kind="main" name="rental:yes" first={kind !== 'return'} icon="check" press={() => answer(true)}>
            {t(kind === 'rent' ? 'rentIt' : kind === 'renew' ? 'renew' : 'giveBack')}
          </Button>
          <Button name="rental:no" first={kind === 'return'} icon="back" press={() => answer(false)}>
            {t('no')}
          </Button>
        </div>
      </section>
    </main>
  );
}

/** Of the 30 free seconds while they sound; after them of the time to decide. */
function Countdown({ state }: { readonly state: State }): JSX.Element {
  const { question, playback } = state.view;
  const listening = playback === 'preListen';
  const seconds = listening ? (question?.secondsLeft ?? trialSeconds) : null;
  const share = seconds === null ? 0 : Math.min(1, seconds / trialSeconds);
  return (
    <div class="countdown">
      <svg viewBox="0 0 100 100" aria-hidden="true">
        <circle class="track" cx="50" cy="50" r="44" />
        <circle class="left" cx="50" cy="50" r="44" pathLength={1} stroke-dasharray={`${share} 1`} />
      </svg>
      <p>
        <strong id="seconds">{seconds ?? 0}</strong>
        <span>{t('secondsFree')}</span>
      </p>
    </div>
  );
}
