import type { JSX } from 'preact';
import { fetchWorks } from './api.ts';
import { WorkGrid } from './browse.tsx';
import { Button } from './button.tsx';
import { change, current } from './store.ts';
import { t } from './texts.ts';

const KEYS = [...'abcdefghijklmnopqrstuvwxyz0123456789'];
const LENGTH_MAX = 40;

export function typeLetter(letter: string): void {
  const { search } = current();
  if (search.length < LENGTH_MAX) change({ search: `${search}${letter}`.trimStart() });
}

export function eraseLetter(): void {
  change({ search: current().search.slice(0, -1) });
}

/** What is typed is found at once: keys on the left, works on the right; a keyboard types as well. */
export function Search(): JSX.Element {
  const { search } = current();
  return (
    <div class="search">
      <section class="keyboard" aria-label={t('search')} data-group="keyboard">
        <output class={search === '' ? 'typed hint' : 'typed'}>{search === '' ? t('searchHint') : search}</output>
        <div class="keys">
          {KEYS.map((letter) => (
            <Button kind="key" key={letter} name={`key:${letter}`} first={letter === 'a'} press={() => typeLetter(letter)}>
              {letter.toUpperCase()}
            </Button>
          ))}
        </div>
        <div class="wide-keys">
          <Button kind="key" name="key:space" press={() => typeLetter(' ')}>
            {t('keySpace')}
          </Button>
          <Button kind="key" name="key:delete" press={eraseLetter}>
            {t('keyDelete')}
          </Button>
          <Button kind="key" name="key:clear" press={() => change({ search: '' })}>
            {t('keyClear')}
          </Button>
        </div>
      </section>
      <WorkGrid
        narrow
        listKey={`search ${search.trim()}`}
        fetchPage={(offset) => fetchWorks({ search, offset })}
        label={t('songs')}
        empty={t('nothingFound')}
      />
    </div>
  );
}
