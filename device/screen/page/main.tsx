import { type JSX, render } from 'preact';
import { useLayoutEffect } from 'preact/hooks';
import { AccountSheet } from './account.tsx';
import { followBox, noteEntry } from './api.ts';
import { Attract } from './attract.tsx';
import { Charts, Group, Groups, Songs } from './browse.tsx';
import { Caps } from './caps.tsx';
import { ChannelEntry, Channels } from './channels.tsx';
import { FirstBoot } from './first-boot.tsx';
import { awaitFocus, keepFocus, noteFocus } from './focus.ts';
import { Frame } from './frame.tsx';
import { act, meaningOfBoxKey, meaningOfKey } from './keys.ts';
import type { Route, View } from './model.ts';
import { People, PersonSheet } from './people.tsx';
import { PhoneSheet } from './phone.tsx';
import { NowPlaying } from './playing.tsx';
import { Prices } from './prices.tsx';
import { asksRenewal, asksSomething, Question } from './question.tsx';
import { Queue } from './queue.tsx';
import { ReceiptSheet } from './receipt.tsx';
import { followWish, pressSwitch, screenChanged } from './scan.ts';
import { Search } from './search.tsx';
import { Settings } from './settings.tsx';
import { Standby, wake } from './standby.tsx';
import { beginAnew, change, current, onState, replace, type State, top } from './store.ts';
import { t } from './texts.ts';
import { asksWho, Who } from './who.tsx';
import { sentence } from './words.ts';
import { WorkSheet } from './work.tsx';

/** Nobody pressed anything for so long: covers are shown. */
const ATTRACT_AFTER_MS = 90_000;

function Screen({ state }: { readonly state: State }): JSX.Element {
  if (state.view.standby) return <Standby />;
  if (state.view.firstBoot !== null) return <FirstBoot asked={state.view.firstBoot} />;
  if (asksWho(state)) return <Who state={state} />;
  if (asksSomething(state)) return <Question state={state} />;
  const route = top();
  switch (route.name) {
    case 'attract':
      return <Attract state={state} />;
    case 'work':
      return <WorkSheet state={state} work={route.work} />;
    case 'playing':
      return <NowPlaying state={state} />;
    default:
      return (
        <Frame state={state} title={titleOf(route)}>
          {inFrame(state, route)}
        </Frame>
      );
  }
}

function titleOf(route: Route): string {
  if (route.name === 'group') return route.value;
  if (route.name === 'groups') return t(`${route.by}s`);
  if (route.name === 'person') return t('people');
  return route.name === 'work' || route.name === 'playing' || route.name === 'attract' ? t('nowPlaying') : t(route.name);
}

function inFrame(state: State, route: Route): JSX.Element {
  switch (route.name) {
    case 'search':
      return <Search />;
    case 'charts':
      return <Charts key="charts" />;
    case 'groups':
      return <Groups key={route.by} by={route.by} />;
    case 'group':
      return <Group key={`${route.by} ${route.value}`} by={route.by} value={route.value} />;
    case 'channels':
      return <Channels state={state} />;
    case 'queue':
      return <Queue state={state} />;
    case 'receipt':
      return <ReceiptSheet state={state} />;
    case 'phone':
      return <PhoneSheet state={state} />;
    case 'account':
      return <AccountSheet state={state} />;
    case 'caps':
      return <Caps state={state} />;
    case 'people':
      return <People state={state} />;
    case 'person':
      return <PersonSheet key={`${route.id} ${route.part}`} state={state} id={route.id} part={route.part} />;
    case 'prices':
      return <Prices state={state} />;
    case 'settings':
      return <Settings state={state} />;
    default:
      return <Songs key="songs" />;
  }
}

function App(): JSX.Element {
  const state = current();
  useLayoutEffect(() => {
    const { language, textSize } = state.preferences;
    document.documentElement.lang = language;
    document.documentElement.dataset.textSize = textSize;
    document.title = `${state.view.name} - Ackbox`;
    keepFocus();
    followWish();
  });
  return (
    <>
      <Screen state={state} />
      <ChannelEntry state={state} />
    </>
  );
}

let shown: { readonly route: Route | null; readonly asks: string } = { route: null, asks: '' };

/** What is asked and what is shown are screens of their own; the focus of the next one is waited for before it is drawn. */
function enterScreen(state: State): void {
  const asking = asksSomething(state) || asksWho(state);
  const asks = `${asking} ${state.view.viewer.state} ${state.view.question !== null} ${asksRenewal(state)} ${state.view.rental?.workId} ${state.view.firstBoot?.step} ${state.view.standby}`;
  if (top() === shown.route && asks === shown.asks) return;
  shown = { route: top(), asks };
  awaitFocus(!asking);
  screenChanged(sentence(state));
}

function speakAs(language: View['language']): void {
  const { preferences, kept } = current();
  change({ preferences: { ...preferences, language }, kept: { ...kept, language } });
}

/** What the box did leads to another screen: a song that was bought to what plays, one that ended to its receipt. */
function follow(view: View): void {
  const { choosing, view: before } = current();
  const begins = view.playback.startsWith('playing.') && !before.playback.startsWith('playing.');
  const queued = view.queue.length > before.queue.length;
  const left = view.playback === 'browse' && before.playback !== 'browse';
  const refused = view.said.notice !== null && before.said.notice === null;
  const over = begins || queued || left || (refused && choosing === 'queue');
  change({ view, away: false, choosing: over ? null : choosing });
  // The language that is being chosen is that of whoever chooses it.
  if (view.firstBoot !== null || before.firstBoot !== null) speakAs(view.language);
  const route = top();
  if (route.name === 'work' && choosing === 'queue' && queued) replace({ name: 'queue' });
  else if ((route.name === 'work' || route.name === 'channels') && choosing === 'play' && begins) replace({ name: 'playing' });
  else if (route.name === 'playing' && view.nowPlaying === null && view.playback === 'browse' && view.queue.length === 0) replace({ name: 'receipt' });
}

let lastPress = 0;
function pressed(): void {
  lastPress = performance.now();
}

function idle(): void {
  if (performance.now() - lastPress < ATTRACT_AFTER_MS || asksSomething(current()) || asksWho(current()) || top().name === 'attract' || current().view.standby)
    return;
  beginAnew();
  replace({ name: 'attract' });
}

function listen(): void {
  document.addEventListener('keydown', (event) => {
    pressed();
    const { switchAccess } = current().preferences;
    const meaning = meaningOfKey(event);
    if (switchAccess && (meaning === 'ok' || meaning === null) && !event.repeat && !event.ctrlKey) {
      event.preventDefault();
      return pressSwitch();
    }
    if (meaning === null) return;
    event.preventDefault();
    if (current().view.standby) wake();
    else if (top().name === 'attract') beginAnew();
    else act(meaning, asksSomething(current()) || asksWho(current()));
  });
  document.addEventListener('focusin', (event) => noteFocus(event.target as Element));
  document.addEventListener('pointerdown', (event) => {
    pressed();
    noteEntry('1');
    // A press beside everything must not take the focus away.
    if ((event.target as Element).closest('button') === null) event.preventDefault();
  });
  document.addEventListener('mousedown', (event) => {
    if ((event.target as Element).closest('button') === null) event.preventDefault();
  });
}

const root = document.getElementById('app');
if (root !== null) {
  const draw = (state: State): void => {
    enterScreen(state);
    render(<App />, root);
  };
  onState(draw);
  draw(current());
  listen();
  pressed();
  setInterval(idle, 1_000);
  followBox(follow, (key) => {
    pressed();
    const meaning = meaningOfBoxKey(key);
    if (current().view.standby) wake();
    else if (meaning !== null && top().name === 'attract') beginAnew();
    else if (meaning !== null) act(meaning, asksSomething(current()) || asksWho(current()));
  });
}
