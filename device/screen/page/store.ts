import type { First, Preferences, Route, View } from './model.ts';

/** Everything that the page draws. It decides nothing about money: that is in the view. */
export interface State {
  readonly view: View;
  readonly preferences: Preferences;
  /** Those of the box, which come back when a guest has gone. */
  readonly kept: Preferences;
  readonly stack: readonly Route[];
  readonly search: string;
  /** A name or a PIN of the household that is being keyed. */
  readonly typed: string;
  /** This page asked for a work: the box is about to open it, or to put it into the queue. */
  readonly choosing: 'play' | 'queue' | null;
  /** The renewal that is answered another time. */
  readonly putOff: string | null;
  /** The box does not answer. */
  readonly away: boolean;
  /** What the box did not take, in its words. */
  readonly refusal: string | null;
}

type Listener = (state: State) => void;

const read = (): First => JSON.parse(document.getElementById('first')?.textContent ?? '{}') as First;
const first = read();
export const { trialSeconds } = first;
const HOME: Route = { name: 'songs' };

let state: State = {
  view: first.view,
  preferences: first.preferences,
  kept: first.preferences,
  stack: [HOME],
  search: '',
  typed: '',
  choosing: null,
  putOff: null,
  away: false,
  refusal: null,
};
const listeners = new Set<Listener>();
/** What had the focus on each route of the stack, so that Back finds it again. */
const focused = new WeakMap<Route, string>();

export const current = (): State => state;
/** Something plays that will end, so that what is chosen now waits for its turn. */
export const waits = ({ view }: State): boolean => view.nowPlaying !== null && view.nowPlaying.channel === undefined;
export const top = (): Route => state.stack.at(-1) ?? HOME;

export function onState(listener: Listener): void {
  listeners.add(listener);
}

export function change(part: Partial<State>): void {
  state = { ...state, ...part };
  for (const listener of listeners) listener(state);
}

export function rememberFocus(key: string): void {
  focused.set(top(), key);
}

export const rememberedFocus = (): string | null => focused.get(top()) ?? null;

/** On top of what is shown. */
export function push(route: Route): void {
  change({ stack: [...state.stack, route], refusal: null });
}

/** In the place of what is shown. */
export function replace(route: Route): void {
  change({ stack: [...state.stack.slice(0, -1), route], refusal: null });
}

/** From the rail: nothing lies below. */
export function open(route: Route): void {
  change({ stack: [route], refusal: null });
}

/** @returns whether there was something to go back to */
export function pop(): boolean {
  if (state.stack.length < 2) return false;
  change({ stack: state.stack.slice(0, -1), refusal: null });
  return true;
}

/** As a new guest finds it. */
export function beginAnew(): void {
  change({ stack: [HOME], search: '', refusal: null, putOff: null, preferences: state.view.profile === 'jukebox' ? state.kept : state.preferences });
}
