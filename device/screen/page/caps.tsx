import type { JSX } from 'preact';
import { useEffect, useState } from 'preact/hooks';
import { type Cap, fetchCaps, sendCap } from './api.ts';
import { Button } from './button.tsx';
import { HouseholdLock } from './household.tsx';
import type { State } from './store.ts';
import { t } from './texts.ts';

/** One press. */
const STEP_MINOR = 100n;

/** What each of the household may spend in a day. The box asks for the PIN of the household first. */
export function Caps({ state }: { readonly state: State }): JSX.Element {
  const [caps, setCaps] = useState<readonly Cap[]>([]);
  const { householdOpen } = state.view.viewer;
  useEffect(() => {
    if (householdOpen) void fetchCaps().then((found) => setCaps(found ?? []));
  }, [householdOpen]);
  const change = (cap: Cap, by: bigint): void => {
    const next = cap.capMinor === null ? by : BigInt(cap.capMinor) + by;
    const capMinor = next < 0n ? null : String(next);
    // At once, so that the next press counts on from here; the box says what it kept.
    setCaps(caps.map((one) => (one.who === cap.who ? { ...one, capMinor } : one)));
    void sendCap(cap.who, capMinor).then((found) => found === null && void fetchCaps().then((kept) => setCaps(kept ?? [])));
  };
  return (
    <HouseholdLock state={state}>
      <div class="settings" data-roll="" data-group="content">
        {caps.map((cap, place) => (
          <fieldset key={cap.who}>
            <legend>
              {t('spentToday', {
                name: cap.who === 'guest' ? t('guest') : cap.who === 'account' ? t('household') : cap.name,
                amount: { minor: cap.spentMinor },
              })}
            </legend>
            <Button name={`less:${cap.who}`} icon="minus" label={t('less')} press={() => change(cap, -STEP_MINOR)} />
            <output class="cap" id={`cap-${cap.who}`}>
              {cap.capMinor === null ? t('noCap') : t('aDay', { amount: { minor: cap.capMinor } })}
            </output>
            <Button name={`more:${cap.who}`} first={place === 0} icon="plus" label={t('more')} press={() => change(cap, STEP_MINOR)} />
          </fieldset>
        ))}
      </div>
    </HouseholdLock>
  );
}
