import type { JSX } from 'preact';
import { fetchCharts, fetchGroups, fetchWorks, type Listing } from './api.ts';
import { GroupCard, WorkCard } from './cards.tsx';
import { Grid } from './grid.tsx';
import { useList } from './list.ts';
import type { Grouping, Work, WorkGroup } from './model.ts';
import { current } from './store.ts';
import { t } from './texts.ts';

const WORK_CARD = { cardWidth: 9.2, cardHeight: 13.9 };

export function WorkGrid({ listKey, fetchPage, label, empty, ranked = false, narrow = false }: WorkGridProps): JSX.Element {
  const list = useList<Work>(`${current().view.catalogueVersion} ${listKey}`, fetchPage);
  return (
    <Grid
      {...WORK_CARD}
      {...(narrow ? { cardWidth: 7.6, cardHeight: 12.6 } : {})}
      list={list}
      label={label}
      empty={empty}
      keyOf={(work) => work.id}
      card={(work, place) => (ranked ? <WorkCard work={work} first={place === 0} rank={place + 1} /> : <WorkCard work={work} first={place === 0} />)}
    />
  );
}

interface WorkGridProps {
  readonly listKey: string;
  readonly fetchPage: (offset: number) => Promise<Listing<Work> | null>;
  readonly label: string;
  readonly empty: string;
  readonly ranked?: boolean;
  readonly narrow?: boolean;
}

export function Songs(): JSX.Element {
  return <WorkGrid listKey="all" fetchPage={(offset) => fetchWorks({ offset })} label={t('songs')} empty={t('nothingYet')} />;
}

export function Charts(): JSX.Element {
  // What was heard since counts, too.
  const heard = current().view.lastReceipt?.playId ?? '';
  return <WorkGrid ranked listKey={`charts ${heard}`} fetchPage={fetchCharts} label={t('charts')} empty={t('noCharts')} />;
}

export function Group({ by, value }: { readonly by: Grouping; readonly value: string }): JSX.Element {
  return <WorkGrid listKey={`${by} ${value}`} fetchPage={(offset) => fetchWorks({ by, name: value, offset })} label={value} empty={t('nothingYet')} />;
}

export function Groups({ by }: { readonly by: Grouping }): JSX.Element {
  const list = useList<WorkGroup>(`${current().view.catalogueVersion} ${by}`, (offset) => fetchGroups(by, offset));
  return (
    <Grid
      cardWidth={9.2}
      cardHeight={13.9}
      list={list}
      label={t(`${by}s`)}
      empty={t('nothingYet')}
      keyOf={(group) => group.name}
      card={(group, place) => <GroupCard group={group} by={by} first={place === 0} />}
    />
  );
}
