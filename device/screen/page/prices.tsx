import type { JSX } from 'preact';
import { useEffect, useState } from 'preact/hooks';
import { fetchCheapest } from './api.ts';
import { Button } from './button.tsx';
import type { CheapestPrices, CheapestQuestion } from './model.ts';
import type { State } from './store.ts';
import { amount, type ScreenText, t } from './texts.ts';

interface Plan {
  readonly plays: number;
  readonly minutes: number;
  readonly months: number;
}

/** What one press changes, and how far it goes. */
const STEPS: readonly { readonly name: keyof Plan; readonly text: ScreenText; readonly step: number; readonly least: number; readonly most: number }[] = [
  { name: 'plays', text: 'playsAMonth', step: 5, least: 5, most: 800 },
  { name: 'minutes', text: 'minutesEach', step: 1, least: 1, most: 60 },
  { name: 'months', text: 'forMonths', step: 1, least: 1, most: 24 },
];

/** Which price on offer is cheapest for so many plays a month; a household may ask for what it played, too. */
export function Prices({ state }: { readonly state: State }): JSX.Element {
  const [plan, setPlan] = useState<Plan>({ plays: 20, minutes: 3, months: 12 });
  const [mine, setMine] = useState(false);
  const [found, setFound] = useState<CheapestPrices | null | undefined>(undefined);
  const { plays, minutes, months } = plan;
  useEffect(() => {
    let asked = true;
    const question: CheapestQuestion = mine ? { lastMonths: months } : { playsAMonth: plays, minutes, months };
    void fetchCheapest(question).then((prices) => asked && setFound(prices));
    // An answer that comes after another question was asked is for nobody.
    return () => {
      asked = false;
    };
  }, [plays, minutes, months, mine]);
  return (
    <div class="settings prices" data-roll="" data-group="content">
      {state.view.profile === 'set-top' ? (
        <fieldset>
          <legend>{t('whichCheapest')}</legend>
          <Button kind="choice" name="planned" first pressed={!mine} press={() => setMine(false)}>
            {t('planned')}
          </Button>
          <Button kind="choice" name="mine" pressed={mine} press={() => setMine(true)}>
            {t('used')}
          </Button>
        </fieldset>
      ) : null}
      {STEPS.filter(({ name }) => !mine || name === 'months').map((entry) => (
        <Stepper key={entry.name} entry={entry} mine={mine} plan={plan} first={state.view.profile === 'jukebox'} change={setPlan} />
      ))}
      <Found found={found} />
    </div>
  );
}

interface StepperProps {
  readonly entry: (typeof STEPS)[number];
  readonly mine: boolean;
  readonly plan: Plan;
  readonly first: boolean;
  readonly change: (plan: Plan) => void;
}

function Stepper({ entry: { name, text, step, least, most }, mine, plan, first, change }: StepperProps): JSX.Element {
  const count = plan[name];
  const words = t(mine ? 'lastMonths' : text, { count });
  const by = (more: number): void => change({ ...plan, [name]: Math.min(most, Math.max(least, count + more)) });
  return (
    <fieldset>
      <legend>{words}</legend>
      <Button name={`less:${name}`} icon="minus" label={`${t('less')}: ${words}`} press={() => by(-step)} />
      <output class="cap" id={`count-${name}`}>
        {count}
      </output>
      <Button name={`more:${name}`} first={first && name === 'plays'} icon="plus" label={`${t('more')}: ${words}`} press={() => by(step)} />
    </fieldset>
  );
}

function Found({ found }: { readonly found: CheapestPrices | null | undefined }): JSX.Element {
  if (found === undefined) return <p class="nothing">{t('opening')}</p>;
  if (found === null) return <p class="nothing">{t('pricesAway')}</p>;
  if (found.prices.length === 0) return <p class="nothing">{t('nothingPriced')}</p>;
  return (
    <fieldset>
      <legend id="counted">{t('playsCounted', { count: found.uses })}</legend>
      {found.prices.map(({ name, singleMinor, amountMinor, moreMinor }, place) => (
        <Button kind="row" key={`${place} ${name}`} name={`price:${place}`} press={() => {}}>
          <span class="words">{singleMinor === null ? name : t('singlePlays', { amount: { minor: singleMinor } })}</span>
          <span class="times">{moreMinor === '0' ? t('cheapest') : t('costsMore', { amount: { minor: moreMinor } })}</span>
          <strong>{amount(amountMinor)}</strong>
        </Button>
      ))}
    </fieldset>
  );
}
