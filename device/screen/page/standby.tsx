import type { JSX } from 'preact';
import { intend } from './api.ts';
import { Button } from './button.tsx';
import { t } from './texts.ts';

/** The box sleeps: the screen is dark, and whatever is pressed wakes it. */
export function Standby(): JSX.Element {
  return (
    <main class="standby">
      <Button name="wake" first label={t('standby')} press={wake}>
        {null}
      </Button>
    </main>
  );
}

export const wake = (): void => intend('intent.back');
