import type { AccountAnswer, CheapestPrices, CheapestQuestion } from '../../../src/wire/account-api.ts';
import type { BoxView } from '../../session/box-view.ts';
import type { Language } from '../../texts/box-texts.ts';
import type { WorkGroup as Group, Grouping } from '../catalogue-index.ts';
import type { Preferences as Kept } from '../local-api.ts';

/** As it arrives: amounts are decimal text. */
type Json<Value> = Value extends bigint
  ? string
  : Value extends readonly (infer Item)[]
    ? readonly Json<Item>[]
    : Value extends object
      ? { readonly [Key in keyof Value]: Json<Value[Key]> }
      : Value;

/** As the box tells it to a household. */
export type Account = AccountAnswer;
export type { CheapestPrices, CheapestQuestion };
export type View = Json<BoxView>;
export type Work = NonNullable<View['focus']> & { readonly plays?: number };
export type WorkGroup = Json<Group>;
export type Receipt = NonNullable<View['lastReceipt']>;
export type Preferences = Omit<Kept, 'language' | 'textSize'> & { readonly language: Language; readonly textSize: TextSize };
export type TextSize = 'normal' | 'large' | 'largest';
export type { Grouping, Language };

/** What fills the screen. The last of the stack is shown; Back takes it away. */
export type Route =
  | {
      readonly name:
        | 'songs'
        | 'search'
        | 'charts'
        | 'queue'
        | 'receipt'
        | 'phone'
        | 'account'
        | 'channels'
        | 'prices'
        | 'settings'
        | 'caps'
        | 'people'
        | 'playing'
        | 'attract';
    }
  | { readonly name: 'groups'; readonly by: Grouping }
  | { readonly name: 'group'; readonly by: Grouping; readonly value: string }
  | { readonly name: 'work'; readonly work: Work }
  /** Null: somebody new. */
  | { readonly name: 'person'; readonly id: string | null; readonly part: 'sheet' | 'name' | 'pin' };

/** What the page knows from the start. */
export interface First {
  readonly view: View;
  readonly preferences: Preferences;
  readonly trialSeconds: number;
}
