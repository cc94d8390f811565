import type { JSX } from 'preact';
import { useEffect, useState } from 'preact/hooks';
import { fetchPeople, type Household, type Person, sendPerson } from './api.ts';
import { Button } from './button.tsx';
import { HouseholdLock } from './household.tsx';
import { change, current, pop, push, replace, type State, top } from './store.ts';
import { t } from './texts.ts';

const LETTERS = [...'abcdefghijklmnopqrstuvwxyzäöüé'];
const DIGITS = [...'1234567890'];
const NAME_MAX = 24;
const PIN_DIGITS = 4;
/** From which age rating on somebody is asked for the PIN of the household. */
const AGES = [null, 6, 12, 16, 18];

type Part = 'sheet' | 'name' | 'pin';
/** The household's own PIN stands where a person's would. */
const HOUSEHOLD = 'household';

function usePeople(open: boolean): readonly [Household, (found: Household | null) => void] {
  const [household, set] = useState<Household>({ people: [], elsewhere: [] });
  useEffect(() => {
    if (open) void fetchPeople().then((found) => found !== null && set(found));
  }, [open]);
  return [household, (found) => found !== null && set(found)];
}

/** Who of the household has a name here. */
export function People({ state }: { readonly state: State }): JSX.Element {
  const [{ people, elsewhere }, keep] = usePeople(state.view.viewer.householdOpen);
  return (
    <HouseholdLock state={state}>
      <div class="settings" data-roll="" data-group="content">
        <fieldset>
          <legend>{t('peopleHint')}</legend>
          <Button kind="main" name="person:add" first icon="plus" press={() => openPart(null, 'name')}>
            {t('addPerson')}
          </Button>
          <Button name="person:household" press={() => openPart(HOUSEHOLD, 'pin')}>
            {t('pinOfHousehold')}
          </Button>
        </fieldset>
        {people.map(({ id, name, locked }) => (
          <Button kind="row" key={id} name={`person:${id}`} icon="artist" press={() => openPart(id, 'sheet')}>
            <span class="words">{name}</span>
            {locked ? <span class="soft">PIN</span> : null}
          </Button>
        ))}
        {elsewhere.map(({ consumer, name }) => (
          <Button
            kind="row"
            key={consumer}
            name={`elsewhere:${consumer}`}
            icon="plus"
            press={() => void sendPerson({ add: { id: consumer, name: name ?? consumer } }).then(keep)}
          >
            <span class="words">{t('addHere', { name: name ?? consumer })}</span>
          </Button>
        ))}
      </div>
    </HouseholdLock>
  );
}

function openPart(id: string | null, part: Part, name = ''): void {
  change({ typed: part === 'name' ? name : '' });
  push({ name: 'person', id, part });
}

/** One of them: name, PIN, age, and whether he stays. */
export function PersonSheet({ state, id, part }: { readonly state: State; readonly id: string | null; readonly part: Part }): JSX.Element {
  return (
    <HouseholdLock state={state}>
      {part === 'name' ? <NameKeys state={state} id={id} /> : part === 'pin' ? <PinKeys state={state} id={id ?? ''} /> : <Facts state={state} id={id ?? ''} />}
    </HouseholdLock>
  );
}

function Facts({ state, id }: { readonly state: State; readonly id: string }): JSX.Element {
  const [{ people }, keep] = usePeople(state.view.viewer.householdOpen);
  const [sure, setSure] = useState(false);
  const person = people.find((one) => one.id === id);
  if (person === undefined) return <p class="nothing">{t('opening')}</p>;
  const nextAge = AGES[(AGES.indexOf(person.belowAge) + 1) % AGES.length] ?? null;
  return (
    <div class="settings" data-roll="" data-group="content">
      <fieldset>
        <legend>{person.name}</legend>
        <Button kind="main" name="rename" first press={() => openPart(id, 'name', person.name)}>
          {t('rename')}
        </Button>
        <Button name="pin" press={() => openPart(id, 'pin')}>
          {t(person.locked ? 'changePin' : 'setPin')}
        </Button>
        {person.locked ? (
          <Button name="nopin" press={() => void sendPerson({ change: { id, pin: 'none' } }).then(keep)}>
            {t('dropPin')}
          </Button>
        ) : null}
      </fieldset>
      <Button name="age" press={() => void sendPerson({ change: { id, age: nextAge === null ? 'none' : String(nextAge) } }).then(keep)}>
        {ageText(person)}
      </Button>
      <Button name="caps" press={() => push({ name: 'caps' })}>
        {t('caps')}
      </Button>
      <Button name="remove" icon="minus" press={() => (sure ? void sendPerson({ remove: { id } }).then((done) => done !== null && pop()) : setSure(true))}>
        {t(sure ? 'reallyRemove' : 'remove', { name: person.name })}
      </Button>
      <p class="note" role="status" id="person-note">
        {state.refusal ?? ''}
      </p>
    </div>
  );
}

function ageText({ belowAge }: Person): string {
  return belowAge === null ? t('noAge') : t('fromAge', { age: belowAge });
}

/** A keyboard types here, too. */
export function typeOn(letter: string): void {
  const route = top();
  if (route.name !== 'person') return;
  const { typed } = current();
  if (route.part === 'name' && typed.length < NAME_MAX) change({ typed: typed === '' ? letter.trim().toUpperCase() : `${typed}${letter}` });
  if (route.part === 'pin' && /^\d$/.test(letter) && typed.length < PIN_DIGITS) change({ typed: `${typed}${letter}` });
}

export function eraseTyped(): void {
  change({ typed: current().typed.slice(0, -1) });
}

function NameKeys({ state, id }: { readonly state: State; readonly id: string | null }): JSX.Element {
  const name = state.typed.trim();
  const keep = async (): Promise<void> => {
    const found = await sendPerson(id === null ? { add: { name } } : { change: { id, name } });
    const kept = found?.people.find((person) => person.name === name);
    if (kept === undefined) return;
    if (id === null) replace({ name: 'person', id: kept.id, part: 'sheet' });
    else pop();
  };
  return (
    <section class="keyboard" data-group="content" aria-label={t('nameHint')}>
      <output class={name === '' ? 'typed hint' : 'typed'} id="typed">
        {state.typed === '' ? t('nameHint') : state.typed}
      </output>
      <div class="keys">
        {LETTERS.map((letter) => (
          <Button kind="key" key={letter} name={`key:${letter}`} first={letter === 'a'} press={() => typeOn(letter)}>
            {letter.toUpperCase()}
          </Button>
        ))}
      </div>
      <div class="wide-keys">
        <Button kind="key" name="key:space" press={() => typeOn(' ')}>
          {t('keySpace')}
        </Button>
        <Button kind="key" name="key:delete" press={eraseTyped}>
          {t('keyDelete')}
        </Button>
        <Button kind="key" name="key:done" press={() => void keep()}>
          {t('done')}
        </Button>
      </div>
      <p class="note" role="status" id="person-note">
        {state.refusal ?? ''}
      </p>
    </section>
  );
}

function PinKeys({ state, id }: { readonly state: State; readonly id: string }): JSX.Element {
  const { typed } = state;
  const keep = async (): Promise<void> => {
    if ((await sendPerson(id === HOUSEHOLD ? { pin: typed } : { change: { id, pin: typed } })) !== null) pop();
  };
  return (
    <section class="keyboard" data-group="content" aria-label={t('newPin')}>
      <output class="pin" id="typed" aria-label={t('pinKeyed', { count: typed.length })}>
        {[0, 1, 2, 3].map((place) => (place < typed.length ? '●' : '○')).join(' ')}
      </output>
      <div class="keys pad">
        {DIGITS.map((digit) => (
          <Button kind="key" key={digit} name={`key:${digit}`} first={digit === '5'} press={() => typeOn(digit)}>
            {digit}
          </Button>
        ))}
        <Button kind="key" name="key:delete" icon="back" label={t('keyDelete')} press={eraseTyped} />
        <Button kind="key" name="key:done" icon="check" label={t('done')} press={() => void keep()} />
      </div>
      <p class="note" role="status" id="person-note">
        {state.refusal ?? t('newPin')}
      </p>
    </section>
  );
}
