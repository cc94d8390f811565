import type { JSX } from 'preact';
import { Button } from './button.tsx';
import { Cover } from './cover.tsx';
import type { Grouping, Work, WorkGroup } from './model.ts';
import { push } from './store.ts';
import { amount, t } from './texts.ts';

export function Price({ work }: { readonly work: Pick<Work, 'free' | 'priceMinor'> }): JSX.Element {
  return work.free ? <span class="price free">{t('free')}</span> : <span class="price">{amount(work.priceMinor)}</span>;
}

export function WorkCard({ work, first = false, rank }: { readonly work: Work; readonly first?: boolean; readonly rank?: number }): JSX.Element {
  return (
    <Button kind="card" name={`work:${work.id}`} first={first} press={() => push({ name: 'work', work })}>
      <span class="picture">
        <Cover work={work} />
        {rank === undefined ? null : <span class="rank">{rank}</span>}
      </span>
      <span class="title">{work.title}</span>
      <span class="artist">{work.plays === undefined ? work.artist : work.plays === 1 ? t('play') : t('plays', { count: work.plays })}</span>
      <span class="tag">
        <Price work={work} />
      </span>
    </Button>
  );
}

export function GroupCard({ group, by, first }: { readonly group: WorkGroup; readonly by: Grouping; readonly first: boolean }): JSX.Element {
  return (
    <Button kind="card" name={`${by}:${group.name}`} first={first} press={() => push({ name: 'group', by, value: group.name })}>
      <span class={`picture ${by}`}>
        <Cover work={group.sample} />
      </span>
      <span class="title">{group.name}</span>
      <span class="artist">{group.works === 1 ? t('workOf') : t('worksOf', { count: group.works })}</span>
    </Button>
  );
}
