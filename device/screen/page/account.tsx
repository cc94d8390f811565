import type { JSX } from 'preact';
import { useEffect, useState } from 'preact/hooks';
import { fetchAccount, sendTopUp } from './api.ts';
import { Button } from './button.tsx';
import type { Account } from './model.ts';
import type { State } from './store.ts';
import { amount, t } from './texts.ts';
import { sentence } from './words.ts';

const METHODS = ['card', 'transfer', 'cash'] as const;
/** What a play costs is known moments after it ended; who looks at the account sees it come. */
const LOOK_AGAIN_MS = 5_000;

/** How the household stands with what it owes, what it was charged, and the form by which it pays. */
export function AccountSheet({ state }: { readonly state: State }): JSX.Element {
  const [account, setAccount] = useState<Account | null | undefined>(undefined);
  const [asked, setAsked] = useState(0);
  const { owedMinor, overdueMinor } = state.view.account ?? {};
  useEffect(() => {
    // What the headend said last stands until it says more.
    const look = (): void => void fetchAccount().then((answer) => setAccount((before) => answer ?? before ?? null));
    look();
    const looking = setInterval(look, LOOK_AGAIN_MS);
    return () => clearInterval(looking);
  }, [owedMinor, overdueMinor, asked]);
  if (account === undefined) return <p class="nothing">{t('opening')}</p>;
  if (account === null) return <p class="nothing">{t('accountAway')}</p>;
  return (
    <div class="settings account" data-roll="" data-group="content">
      <fieldset>
        <legend>{account.state === 'current' ? t('accountGood') : sentence(state)}</legend>
        <Amounts account={account} />
      </fieldset>
      {account.topUp === null ? null : <Form key={account.payments[0]?.key} account={account} done={() => setAsked(asked + 1)} />}
      {account.payments.slice(0, 1).map((payment) => (
        <p key={payment.key} class="soft" id="payment">
          {paymentText(payment)}
        </p>
      ))}
      {account.cycles.length === 0 ? null : <Cycles account={account} />}
      <Charges account={account} />
    </div>
  );
}

function Amounts({ account }: { readonly account: Account }): JSX.Element {
  return (
    <>
      <p>
        {t('owed')} <strong id="owed">{amount(account.owedMinor)}</strong>
      </p>
      {account.overdueMinor === '0' ? null : (
        <p>
          {t('overdueNow')} <strong id="overdue">{amount(account.overdueMinor)}</strong>
        </p>
      )}
    </>
  );
}

/** An amount, a way to pay, and one press. Its key makes it happen once, however often it is pressed. */
function Form({ account, done }: { readonly account: Account; readonly done: () => void }): JSX.Element {
  const amounts = account.topUp?.suggestedMinor ?? [];
  const [chosen, choose] = useState('');
  const minor = amounts.includes(chosen) ? chosen : (amounts[0] ?? '0');
  const [key] = useState(freshKey);
  return (
    <fieldset>
      <legend>{t('payNow')}</legend>
      {amounts.length < 2
        ? null
        : amounts.map((one) => (
            <Button kind="choice" key={one} name={`amount:${one}`} pressed={one === minor} press={() => choose(one)}>
              {amount(one)}
            </Button>
          ))}
      {METHODS.map((method, place) => (
        <Button
          kind={place === 0 ? 'main' : 'plain'}
          key={method}
          name={`pay:${method}`}
          first={place === 0}
          press={() => void sendTopUp({ key: `${key}-${minor}-${method}`, amountMinor: minor, method }).then(done)}
        >
          {t('payBy', { amount: { minor } })} {t(method)}
        </Button>
      ))}
    </fieldset>
  );
}

/** Not secret, only its own. */
function freshKey(): string {
  return `${Date.now().toString(36)}-${Math.random().toString(36).slice(2, 10)}`;
}

function paymentText({ state, amountMinor, reason }: Account['payments'][number]): string {
  const values = { amount: { minor: amountMinor }, reason };
  return t(({ pending: 'paymentPending', paid: 'paymentDone', failed: 'paymentLost' } as const)[state], values);
}

function Cycles({ account }: { readonly account: Account }): JSX.Element {
  return (
    <fieldset>
      <legend>{t('openCycles')}</legend>
      {account.cycles.map(({ title, since, until, uses, amountMinor }) => (
        <p class="line" key={`${title} ${since}`}>
          <span>{t('cycleLine', { title, uses, until: until.slice(0, 10) })}</span>
          <strong>{amount(amountMinor)}</strong>
        </p>
      ))}
    </fieldset>
  );
}

/** Focusable lines, so that arrows roll through them. */
function Charges({ account }: { readonly account: Account }): JSX.Element {
  if (account.charges.length === 0) return <p class="soft">{t('noCharges')}</p>;
  return (
    <fieldset>
      <legend>{t('recentCharges')}</legend>
      {account.charges.map(({ number, at, kind, title, amountMinor }) => (
        <Button kind="row" key={number} name={`charge:${number}`} press={() => {}}>
          <span class="times">{at.slice(0, 10)}</span>
          <span class="words">{kind === 'payment' ? t('payment') : kind === 'cycle' ? t('cycleCharge', { title }) : title}</span>
          <strong>{amount(amountMinor)}</strong>
        </Button>
      ))}
    </fieldset>
  );
}
