import type { JSX } from 'preact';
import { Button } from './button.tsx';
import type { State } from './store.ts';
import { open } from './store.ts';
import { startsIn, t } from './texts.ts';

/** What waits, in the order in which it will be heard. */
export function Queue({ state }: { readonly state: State }): JSX.Element {
  const { queue } = state.view;
  return (
    <div class="rows" data-roll="" data-group="content">
      {queue.length === 0 ? <p class="nothing">{t('nothingWaits')}</p> : null}
      {queue.map((entry, place) => (
        <Button kind="row" key={entry.entryId} name={`queue:${entry.entryId}`} first={place === 0} press={() => open({ name: 'songs' })}>
          <span class="place">{place + 1}</span>
          <span class="words">
            <span class="title">{entry.title}</span>
            <span class="artist">{entry.artist}</span>
          </span>
          <span class="times">{startsIn(entry.startsInMs)}</span>
        </Button>
      ))}
    </div>
  );
}
