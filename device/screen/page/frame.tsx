import type { ComponentChildren, JSX } from 'preact';
import { COIN_MINOR, insertCoin, intend } from './api.ts';
import { Button } from './button.tsx';
import { Cover } from './cover.tsx';
import type { IconName } from './icons.tsx';
import type { Route } from './model.ts';
import { open, push, type State, top } from './store.ts';
import { amount, clock, type ScreenText, t } from './texts.ts';
import { nameOfViewer } from './who.tsx';
import { sentence } from './words.ts';

interface Entry {
  readonly name: string;
  readonly icon: IconName;
  readonly text: ScreenText;
  readonly route: Route;
}

const ENTRIES: readonly Entry[] = [
  { name: 'songs', icon: 'songs', text: 'songs', route: { name: 'songs' } },
  { name: 'search', icon: 'search', text: 'search', route: { name: 'search' } },
  { name: 'artists', icon: 'artist', text: 'artists', route: { name: 'groups', by: 'artist' } },
  { name: 'albums', icon: 'album', text: 'albums', route: { name: 'groups', by: 'album' } },
  { name: 'genres', icon: 'genre', text: 'genres', route: { name: 'groups', by: 'genre' } },
  { name: 'charts', icon: 'charts', text: 'charts', route: { name: 'charts' } },
  { name: 'channels', icon: 'channels', text: 'channels', route: { name: 'channels' } },
  { name: 'queue', icon: 'queue', text: 'queue', route: { name: 'queue' } },
  { name: 'receipt', icon: 'receipt', text: 'receipt', route: { name: 'receipt' } },
  { name: 'phone', icon: 'phone', text: 'phone', route: { name: 'phone' } },
  { name: 'prices', icon: 'coin', text: 'prices', route: { name: 'prices' } },
  { name: 'settings', icon: 'settings', text: 'settings', route: { name: 'settings' } },
];

const sameRoute = (left: Route, right: Route): boolean =>
  left.name === right.name && (left.name !== 'groups' || right.name !== 'groups' || left.by === right.by);

/** What stands around most screens: the rail, the title with the credit, and the bar of what plays. */
export function Frame({ state, title, children }: { readonly state: State; readonly title: string; readonly children: ComponentChildren }): JSX.Element {
  return (
    <div class="frame">
      <Rail state={state} />
      <header class="head" data-group="head">
        <h1>{title}</h1>
        <Purse state={state} />
      </header>
      <main class="content">{children}</main>
      <Bar state={state} />
    </div>
  );
}

/** What a box does not have needs no entry. */
function isOffered(name: string, { view }: State): boolean {
  if (name === 'channels') return view.channelCount > 0;
  return name !== 'phone' || view.guestLink !== null;
}

function Rail({ state }: { readonly state: State }): JSX.Element {
  const [root] = state.stack;
  return (
    <nav class="rail" aria-label={t('menu')} data-group="rail">
      <p class="brand">{state.view.name}</p>
      {ENTRIES.filter(({ name }) => isOffered(name, state)).map(({ name, icon, text, route }) => (
        <Button
          kind="entry"
          key={name}
          name={`rail:${name}`}
          icon={icon}
          current={root !== undefined && sameRoute(root, route)}
          press={() => open({ ...route })}
        >
          <span>{t(text)}</span>
          {name === 'queue' && state.view.queue.length > 0 ? <span class="count">{state.view.queue.length}</span> : null}
        </Button>
      ))}
    </nav>
  );
}

export function Purse({ state }: { readonly state: State }): JSX.Element {
  const { view } = state;
  return (
    <div class="purse">
      {view.simulatedAcceptor && view.cash === 'accepting' ? (
        <Button name="coin" icon="coin" press={insertCoin}>
          {t('insert', { coin: { minor: COIN_MINOR } })}
        </Button>
      ) : null}
      {view.viewer.current === null ? null : (
        <Button name="who" icon="artist" press={() => intend('intent.who')}>
          {nameOfViewer(view.viewer.current)}
        </Button>
      )}
      {view.profile === 'set-top' && top().name !== 'account' ? (
        <Button name="account" icon="coin" press={() => push({ name: 'account' })}>
          {t('account')}
        </Button>
      ) : null}
      <p class="credit">
        {view.profile === 'jukebox' ? t('credit') : t('balance')} <strong id="credit">{amount(view.creditMinor)}</strong>
      </p>
    </div>
  );
}

function Bar({ state }: { readonly state: State }): JSX.Element {
  const playing = state.view.nowPlaying;
  return (
    <footer class="bar" data-group="bar">
      {playing === null ? (
        <p class="says" role="status">
          {sentence(state)}
        </p>
      ) : (
        <Button kind="row" name="now-playing" press={() => push({ name: 'playing' })}>
          <Cover work={playing} />
          <span class="words">
            <span class="says" role="status">
              {sentence(state)}
            </span>
            {playing.channel === undefined ? <Progress positionMs={playing.play.positionMs} durationMs={playing.play.durationMs} /> : null}
          </span>
          <span class="times">
            {playing.channel === undefined ? `${clock(playing.play.positionMs)} / ${clock(playing.play.durationMs)}` : t('channelOf', playing.channel)}
          </span>
        </Button>
      )}
    </footer>
  );
}

export function Progress({ positionMs, durationMs }: { readonly positionMs: number; readonly durationMs: number }): JSX.Element {
  const share = durationMs === 0 ? 0 : Math.min(1, positionMs / durationMs);
  return (
    <span class="progress" role="progressbar" aria-label={t('position')} aria-valuemin={0} aria-valuemax={100} aria-valuenow={Math.round(share * 100)}>
      <span class="done" style={{ transform: `scaleX(${share})` }} />
    </span>
  );
}
