import type { JSX } from 'preact';
import { useEffect, useState } from 'preact/hooks';
import { choose, fetchChannels } from './api.ts';
import { Button } from './button.tsx';
import { Price } from './cards.tsx';
import type { Work } from './model.ts';
import type { State } from './store.ts';
import { t } from './texts.ts';

/** The channel map. What is on is marked; OK goes to a channel at once. */
export function Channels({ state }: { readonly state: State }): JSX.Element {
  const [channels, setChannels] = useState<readonly Work[]>([]);
  const { catalogueVersion, nowPlaying } = state.view;
  useEffect(() => void fetchChannels().then((found) => setChannels(found ?? [])), [catalogueVersion]);
  return (
    <div class="rows" data-roll="" data-group="content">
      {channels.length === 0 ? <p class="nothing">{t('nothingYet')}</p> : null}
      {channels.map((work, place) => (
        <Button
          kind="row"
          key={work.id}
          name={`channel:${work.channel?.number}`}
          first={place === 0}
          current={work.id === nowPlaying?.id}
          press={() => choose(work)}
        >
          <span class="place">{work.channel?.number}</span>
          <span class="words">
            <span class="title">{work.title}</span>
          </span>
          <span class="times">
            <Price work={work} /> {work.free ? null : t('anHour')}
          </span>
        </Button>
      ))}
    </div>
  );
}

/** The digits as they are pressed, over whatever is shown. */
export function ChannelEntry({ state }: { readonly state: State }): JSX.Element | null {
  const { entry } = state.view;
  if (entry === null) return null;
  return (
    <p class="entered" role="status" id="entered">
      <strong>{entry.digits}</strong> {entry.title ?? '–'}
    </p>
  );
}
