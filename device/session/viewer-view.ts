import type { Said } from '../texts/said.ts';

/** Who stands for nobody by name. */
export const GUEST = 'guest';

/** What people see of who is watching. No PIN, and of what is keyed only how much. */
export interface ViewerView {
  readonly state: 'alone' | 'choosing' | 'pin' | 'watching';
  /** The guest is the last; `locked`: choosing asks for a PIN. */
  readonly people: readonly { readonly id: string; readonly name: string; readonly locked: boolean }[];
  /** Of the chooser's focus on a box without a page. */
  readonly index: number;
  readonly current: { readonly id: string; readonly name: string } | null;
  readonly pin: { readonly of: 'viewer' | 'work' | 'household'; readonly name: string; readonly keyed: number; readonly shown: string } | null;
  /** What the household decides may be changed for a while: its PIN was keyed. */
  readonly householdOpen: boolean;
}

/** As long as nobody of the household has a name. */
export const NO_VIEWERS: ViewerView = { state: 'alone', people: [], index: 0, current: null, pin: null, householdOpen: true };

const SHORT_NAME = 10;

/** What the box says while it asks who is there; null while it does not. */
export function viewerSentence({ state, people, index, pin }: ViewerView): Pick<Said, 'key' | 'values'> | null {
  if (state === 'choosing') {
    const name = people[index]?.name ?? '';
    return { key: 'whoWatches', values: { name, short: name.slice(0, SHORT_NAME) } };
  }
  if (state !== 'pin' || pin === null) return null;
  const key = pin.of === 'viewer' ? 'pinOfViewer' : pin.of === 'work' ? 'pinOfWork' : 'pinOfHousehold';
  return { key, values: { name: pin.name, shown: pin.shown } };
}
