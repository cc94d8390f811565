import type { JSX } from 'preact';
import { useEffect, useReducer, useState } from 'preact/hooks';
import { fetchCharts, fetchWorks } from './api.ts';
import { Button } from './button.tsx';
import { Code } from './code.tsx';
import { Cover } from './cover.tsx';
import type { Work } from './model.ts';
import { beginAnew, type State, trialSeconds } from './store.ts';
import { t } from './texts.ts';
import { sentence } from './words.ts';

const TURN_MS = 6_000;
const SHOWN = 24;
const COVERS = 5;

/** While nobody is here: covers of what is liked, one after the other, without hurry. */
export function Attract({ state }: { readonly state: State }): JSX.Element {
  const [works, setWorks] = useState<readonly Work[]>([]);
  const [turn, next] = useReducer((count: number) => count + 1, 0);
  useEffect(() => {
    void liked().then(setWorks);
    const turning = setInterval(() => next(0), TURN_MS);
    return () => clearInterval(turning);
  }, []);
  const shown = Array.from({ length: Math.min(COVERS, works.length) }, (_, place) => works[(turn + place) % works.length]);
  return (
    <main class="attract">
      <div class="covers" aria-hidden="true">
        {shown.map((work, place) =>
          work === undefined ? null : (
            <div class={`slide slide-${place}`} key={work.id}>
              {<Cover work={work} />}
            </div>
          ),
        )}
      </div>
      <h1>{t('attract')}</h1>
      <p class="by">{state.view.nowPlaying === null ? t('attractPrice', { seconds: trialSeconds }) : sentence(state)}</p>
      <Button kind="main" name="wake" first press={beginAnew}>
        {t('attractKey')}
      </Button>
      {state.view.guestLink === null ? null : (
        <figure class="paper phone">
          <Code text={state.view.guestLink} label={t('phone')} />
          <figcaption>{t('phoneHint')}</figcaption>
        </figure>
      )}
    </main>
  );
}

async function liked(): Promise<readonly Work[]> {
  const charts = (await fetchCharts())?.items ?? [];
  if (charts.length >= COVERS) return charts.slice(0, SHOWN);
  const all = (await fetchWorks({ limit: SHOWN }))?.items ?? [];
  return [...charts, ...all.filter((work) => !charts.some((one) => one.id === work.id))];
}
