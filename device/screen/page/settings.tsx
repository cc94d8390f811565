import type { ComponentChildren, JSX } from 'preact';
import { intend, prefer } from './api.ts';
import { Button } from './button.tsx';
import type { Language, TextSize, View } from './model.ts';
import { push, type State } from './store.ts';
import { t } from './texts.ts';

const LANGUAGE_NAMES: Readonly<Record<Language, string>> = { en: 'English', de: 'Deutsch', fr: 'Français' };
const LANGUAGES = Object.keys(LANGUAGE_NAMES) as readonly Language[];
const SIZES: readonly TextSize[] = ['normal', 'large', 'largest'];

export function Settings({ state }: { readonly state: State }): JSX.Element {
  const { language, textSize, tick, switchAccess } = state.preferences;
  return (
    <div class="settings" data-roll="" data-group="content">
      <Setting title={t('language')}>
        {LANGUAGES.map((one) => (
          <Button kind="choice" key={one} name={`language:${one}`} first={one === language} pressed={one === language} press={() => prefer({ language: one })}>
            <span lang={one}>{LANGUAGE_NAMES[one]}</span>
          </Button>
        ))}
      </Setting>
      <Setting title={t('textSize')}>
        {SIZES.map((one) => (
          <Button kind="choice" key={one} name={`size:${one}`} pressed={one === textSize} press={() => prefer({ textSize: one })}>
            <span class={`size-${one}`}>{t(one)}</span>
          </Button>
        ))}
      </Setting>
      <Setting title={t('tick')}>
        <OnOff name="tick" value={tick} set={(on) => prefer({ tick: on })} />
      </Setting>
      <Setting title={t('switchAccess')}>
        <OnOff name="switch" value={switchAccess} set={(on) => prefer({ switchAccess: on })} />
      </Setting>
      {state.view.profile === 'set-top' ? (
        <Setting title={t('household')}>
          <Button name="people" press={() => push({ name: 'people' })}>
            {t('people')}
          </Button>
          <Button name="caps" press={() => push({ name: 'caps' })}>
            {t('caps')}
          </Button>
        </Setting>
      ) : null}
      {state.view.profile === 'set-top' ? (
        <Setting title={t('standbyTitle')}>
          <Button name="standby" press={() => intend('intent.power')}>
            {t('standbyNow')}
          </Button>
        </Setting>
      ) : null}
      {state.view.volumeZones.map((one) => (
        <Zone key={one.zone} {...one} />
      ))}
      {state.view.profile === 'jukebox' ? <p class="soft">{t('lastsUntilIdle')}</p> : null}
    </div>
  );
}

const VOLUME_STEP = 5;

/** How loud a sound zone is, within what the venue allows there now. */
function Zone({ zone, percent, range }: View['volumeZones'][number]): JSX.Element {
  const loud = t('volume', { percent });
  const allowed = range === null ? '' : `, ${t('volumeAllowed', { least: range.minPercent, most: range.maxPercent })}`;
  const turn = (delta: number) => () => intend('intent.volume', { delta, zone });
  return (
    <Setting title={`${zone}: ${loud}${allowed}`}>
      <Button name={`quieter:${zone}`} icon="minus" label={`${zone}: ${t('quieter')}, ${loud}`} press={turn(-VOLUME_STEP)} />
      <Button name={`louder:${zone}`} icon="plus" label={`${zone}: ${t('louder')}, ${loud}`} press={turn(VOLUME_STEP)} />
    </Setting>
  );
}

function Setting({ title, children }: { readonly title: string; readonly children: ComponentChildren }): JSX.Element {
  return (
    <fieldset>
      <legend>{title}</legend>
      {children}
    </fieldset>
  );
}

function OnOff({ name, value, set }: { readonly name: string; readonly value: boolean; readonly set: (on: boolean) => void }): JSX.Element {
  return (
    <>
      <Button kind="choice" name={`${name}:on`} pressed={value} press={() => set(true)}>
        {t('on')}
      </Button>
      <Button kind="choice" name={`${name}:off`} pressed={!value} press={() => set(false)}>
        {t('off')}
      </Button>
    </>
  );
}
