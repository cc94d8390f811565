import type { JSX } from 'preact';
import { useState } from 'preact/hooks';
import { type Released, releaseCredit } from './api.ts';
import { Button } from './button.tsx';
import { Code } from './code.tsx';
import { pop, type State } from './store.ts';
import { t } from './texts.ts';

/** How a guest goes on with his phone: a code that lets him in, and one that takes his credit along. */
export function PhoneSheet({ state }: { readonly state: State }): JSX.Element {
  const { view } = state;
  const [released, setReleased] = useState<Released | null>(null);
  if (view.guestLink === null) return <p class="nothing">{t('phoneAway')}</p>;
  const text = released === null ? view.guestLink : `${view.guestLink}?code=${released.claimCode}`;
  return (
    <div class="receipt" data-group="content">
      <figure class="paper">
        <Code text={text} label={t('phone')} />
        <figcaption>{released === null ? t('phoneHint') : t('phoneTake', { credit: { minor: released.amountMinor }, code: released.claimCode })}</figcaption>
      </figure>
      <div class="actions">
        {released === null && view.creditMinor !== '0' ? (
          <Button kind="main" name="to-phone" first icon="phone" press={() => void releaseCredit().then(setReleased)}>
            {t('toPhone', { credit: { minor: view.creditMinor } })}
          </Button>
        ) : null}
        <Button name="back" icon="back" first={released !== null || view.creditMinor === '0'} press={() => void pop()}>
          {t('back')}
        </Button>
      </div>
    </div>
  );
}
