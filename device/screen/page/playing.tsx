import type { JSX } from 'preact';
import { intend } from './api.ts';
import { Button } from './button.tsx';
import { Cover } from './cover.tsx';
import { Progress, Purse } from './frame.tsx';
import type { View } from './model.ts';
import { pop, type State } from './store.ts';
import { amount, clock, startsIn, t } from './texts.ts';
import { sentence } from './words.ts';

type Playing = NonNullable<View['nowPlaying']>;

/** What plays: how far, what is paid of it, how much is not paid yet, and what comes next. */
export function NowPlaying({ state }: { readonly state: State }): JSX.Element {
  const { view } = state;
  const playing = view.nowPlaying;
  return (
    <main class="stage playing">
      {playing === null ? null : (
        <div class="backdrop" aria-hidden="true">
          <Cover work={playing} />
        </div>
      )}
      <div class="big">{playing === null ? null : <Cover work={playing} />}</div>
      <section class="facts" data-roll="" data-group="content">
        <p class="kicker" role="status">
          {sentence(state)}
        </p>
        <h1>{playing?.title ?? t('nowPlaying')}</h1>
        <p class="by">{playing?.artist ?? ''}</p>
        {playing === null ? null : <Course playing={playing} seeks={view.profile === 'set-top' && playing.channel === undefined} />}
        <Controls state={state} playing={playing} />
        <UpNext view={view} />
      </section>
      <div class="corner" data-group="head">
        <Purse state={state} />
      </div>
    </main>
  );
}

/** Left and right move within what plays, further the longer they are held; OK pauses. */
/** What is paid, what is free, and where it is; what is neither is paid only if it is heard. */
function SpanBar({ playing }: { readonly playing: Playing }): JSX.Element {
  const { positionMs, durationMs, spans } = playing.play;
  return (
    <>
      <Progress positionMs={positionMs} durationMs={durationMs} />
      <span class="spans" id="spans" aria-hidden="true">
        {(playing.free ? WHOLE : spans).map(({ kind, from, to }) => (
          <span class={kind} key={from} style={{ left: `${from / 10}%`, width: `${(to - from) / 10}%` }} />
        ))}
      </span>
    </>
  );
}

const WHOLE: Playing['play']['spans'] = [{ kind: 'free', from: 0, to: 1_000 }];

function SeekBar({ playing }: { readonly playing: Playing }): JSX.Element {
  return (
    <Button kind="seek" name="seek" label={t('seek')} press={() => intend('intent.play-pause')}>
      <SpanBar playing={playing} />
    </Button>
  );
}

function Course({ playing, seeks }: { readonly playing: Playing; readonly seeks: boolean }): JSX.Element {
  const { play } = playing;
  const free = playing.free || play.phase === 'trial';
  return (
    <div class="course">
      {seeks ? <SeekBar playing={playing} /> : <Progress positionMs={play.positionMs} durationMs={play.durationMs} />}
      <p class="ends">
        <span>{clock(play.positionMs)}</span>
        <span>{clock(play.durationMs)}</span>
      </p>
      {seeks ? (
        <p class="legend" id="legend">
          <span class="mark paid" /> {t('spanPaid')} <span class="mark free" /> {t('free')} · {t('skipFree')}
        </p>
      ) : null}
      {play.priceInForce === null ? null : (
        <p class="owed">
          {t('priceNow')} <strong id="price-now">{play.priceInForce.billingClass === 'paid' ? amount(play.priceInForce.quoteMinor) : t('free')}</strong>
        </p>
      )}
      <p class="owed">
        {t('paidSoFar')} <strong id="paid-so-far">{free ? t('free') : amount(play.paidSoFarMinor)}</strong>
      </p>
      <label class="owed">
        {t('unpaid')} <meter id="window" min={0} max={play.creditWindowPackets} value={play.unpaidPackets} />
        <span id="unpaid">{t('packets', { unpaid: play.unpaidPackets, window: play.creditWindowPackets })}</span>
      </label>
    </div>
  );
}

function Controls({ state, playing }: { readonly state: State; readonly playing: Playing | null }): JSX.Element {
  const held = playing?.play.acksSuppressed === true;
  return (
    <div class="actions across">
      {playing === null ? null : (
        <>
          <Button kind="main" name="pause" first icon={playing.play.paused ? 'play' : 'pause'} press={() => intend('intent.play-pause')}>
            {playing.play.paused ? t('goOn') : t('pause')}
          </Button>
          <Tracks view={state.view} />
          <Button name="skip" icon="skip" press={() => intend('intent.skip')}>
            {t('skip')}
          </Button>
          <Button name="suppress" icon="hold" pressed={held} press={() => intend('intent.suppress-acks', { on: !held })}>
            {held ? t('sendAcks') : t('holdAcks')}
          </Button>
        </>
      )}
      {state.view.profile === 'set-top' ? <Volume percent={state.view.volumePercent} /> : null}
      <Button name="back" icon="back" first={playing === null} press={() => void pop()}>
        {t('back')}
      </Button>
    </div>
  );
}

/** Sound and subtitles, where there is a choice: each press takes the next. */
function Tracks({ view: { tracks } }: { readonly view: View }): JSX.Element | null {
  if (tracks === null) return null;
  return (
    <>
      {tracks.audio.count < 2 ? null : (
        <Button name="audio-track" icon="listen" press={() => intend('intent.track', { kind: 'audio' })}>
          {t('soundTrack', { track: tracks.audio.chosen ?? '' })}
        </Button>
      )}
      {tracks.subtitles.count === 0 ? null : (
        <Button name="subtitles" icon="queue" press={() => intend('intent.track', { kind: 'subtitles' })}>
          {t('subtitles', { track: tracks.subtitles.chosen ?? t('off') })}
        </Button>
      )}
    </>
  );
}

function Volume({ percent }: { readonly percent: number }): JSX.Element {
  const step = 5;
  return (
    <>
      <Button name="quieter" icon="minus" label={`${t('quieter')}, ${t('volume', { percent })}`} press={() => intend('intent.volume', { delta: -step })} />
      <Button name="louder" icon="plus" label={`${t('louder')}, ${t('volume', { percent })}`} press={() => intend('intent.volume', { delta: step })} />
    </>
  );
}

const SHOWN = 3;

function UpNext({ view }: { readonly view: View }): JSX.Element {
  const more = view.queue.length - SHOWN;
  return (
    <div class="next">
      <h2>{t('upNext')}</h2>
      {view.queue.length === 0 ? <p class="soft">{t('nothingWaits')}</p> : null}
      <ol id="up-next">
        {view.queue.slice(0, SHOWN).map((entry) => (
          <li key={entry.entryId}>
            <span class="title">{entry.title}</span>
            <span class="soft">{startsIn(entry.startsInMs)}</span>
          </li>
        ))}
      </ol>
      {more > 0 ? <p class="soft">+ {more}</p> : null}
    </div>
  );
}
