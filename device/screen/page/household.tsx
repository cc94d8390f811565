import type { ComponentChildren, JSX } from 'preact';
import { intend } from './api.ts';
import { Button } from './button.tsx';
import { pop, type State } from './store.ts';
import { t } from './texts.ts';

/** What the household decides stands behind its PIN, which the box asks for. */
export function HouseholdLock({ state, children }: { readonly state: State; readonly children: ComponentChildren }): JSX.Element {
  if (state.view.viewer.householdOpen) return <>{children}</>;
  return (
    <div class="settings" data-group="content">
      <Button name="household" first press={() => intend('intent.household')}>
        {t('pinOfHousehold')}
      </Button>
      <Button name="back" icon="back" press={() => void pop()}>
        {t('back')}
      </Button>
    </div>
  );
}
