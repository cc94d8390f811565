import type { JSX } from 'preact';
import { intend } from './api.ts';
import { Button } from './button.tsx';
import type { View } from './model.ts';
import { t } from './texts.ts';

/** The first start: one question at a time, in the words of the box. */
export function FirstBoot({ asked }: { readonly asked: NonNullable<View['firstBoot']> }): JSX.Element {
  const { step, progress, asks, choices, likely, code, canGoBack } = asked;
  return (
    <main class="setup">
      <p class="kicker">{progress}</p>
      <h1 role="status">{asks}</h1>
      {code === null ? null : (
        <p class="enrol" id="enrol-code">
          {code}
        </p>
      )}
      <div class="rows" data-roll="" data-group="content" key={step}>
        {choices.map(({ value, words }) => (
          <Button kind="row" key={value} name={`answer:${value}`} first={value === likely} press={() => intend('intent.answer', { value })}>
            <span class="title">{words}</span>
          </Button>
        ))}
      </div>
      {canGoBack ? (
        <div class="actions across" data-group="head">
          <Button name="back" icon="back" press={() => intend('intent.back')}>
            {t('back')}
          </Button>
        </div>
      ) : null}
    </main>
  );
}
