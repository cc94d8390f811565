import type { JSX } from 'preact';
import { intend } from './api.ts';
import { Button } from './button.tsx';
import type { View } from './model.ts';
import type { State } from './store.ts';
import { t } from './texts.ts';
import { sentence } from './words.ts';

const GUEST = 'guest';
const DIGITS = [1, 2, 3, 4, 5, 6, 7, 8, 9, 0];
const PIN_PLACES = [0, 1, 2, 3];

/** The box wants to know who is before it, or a PIN: nothing else is shown meanwhile. */
export function asksWho({ view }: State): boolean {
  return view.viewer.state === 'choosing' || view.viewer.state === 'pin';
}

export const nameOfViewer = ({ id, name }: { readonly id: string; readonly name: string }): string => (id === GUEST ? t('guest') : name);

export function Who({ state }: { readonly state: State }): JSX.Element {
  const { viewer } = state.view;
  return viewer.state === 'pin' && viewer.pin !== null ? <PinPad state={state} pin={viewer.pin} /> : <Chooser state={state} />;
}

function Chooser({ state }: { readonly state: State }): JSX.Element {
  const { people, current } = state.view.viewer;
  return (
    <main class="stage alone who">
      <section class="facts" data-roll="" data-group="content">
        <h1>{t('who')}</h1>
        <div class="actions">
          {people.map((person, place) => (
            <Button
              key={person.id}
              name={`viewer:${person.id}`}
              icon="artist"
              first={current === null ? place === 0 : person.id === current.id}
              press={() => intend('intent.viewer', { viewer: person.id })}
            >
              {nameOfViewer(person)}
              {person.locked ? <span class="soft"> PIN</span> : null}
            </Button>
          ))}
        </div>
        <p class="note" role="status">
          {state.view.said.notice === null && !state.away ? t('whoHint') : sentence(state)}
        </p>
      </section>
    </main>
  );
}

/** Keyed with the digits of a remote, or with these buttons. What was keyed stays hidden. */
function PinPad({ state, pin }: { readonly state: State; readonly pin: NonNullable<View['viewer']['pin']> }): JSX.Element {
  return (
    <main class="stage alone who">
      <section class="facts" data-group="content">
        <h1>{pin.of === 'household' ? t('pinOfHousehold') : pin.of === 'work' ? t('pinOfWork', { title: pin.name }) : t('pinOf', { name: pin.name })}</h1>
        <output class="pin" id="pin" aria-label={t('pinKeyed', { count: pin.keyed })}>
          {PIN_PLACES.map((place) => (place < pin.keyed ? '●' : '○')).join(' ')}
        </output>
        <div class="keys pad">
          {DIGITS.map((digit) => (
            <Button kind="key" key={digit} name={`pin:${digit}`} first={digit === 5} press={() => intend('intent.digit', { digit })}>
              {digit}
            </Button>
          ))}
          <Button kind="key" name="pin:back" label={t('back')} press={() => intend('intent.back')} icon="back" />
        </div>
        <p class="note" role="status">
          {state.view.said.notice === null && !state.away ? t('pinHint') : sentence(state)}
        </p>
      </section>
    </main>
  );
}
