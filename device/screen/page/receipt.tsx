import type { JSX } from 'preact';
import { Code } from './code.tsx';
import type { Receipt } from './model.ts';
import type { State } from './store.ts';
import { amount, clock, t } from './texts.ts';

/** The receipt on paper, so to speak: its words, and the same words as a code for a phone's camera. */
export function ReceiptSheet({ state }: { readonly state: State }): JSX.Element {
  const receipt = state.view.lastReceipt;
  if (receipt === null) return <p class="nothing">{t('noReceipt')}</p>;
  return (
    <div class="receipt">
      <section class="paper">
        <h2>{receipt.title}</h2>
        <p>{receipt.artist}</p>
        <dl>
          {receipt.durationMs > 0 ? <Line label={t('heard', { heard: clock(receipt.heardMs), length: clock(receipt.durationMs) })} value="" /> : null}
          <Line label={t('price')} value={amount(receipt.quoteMinor)} />
          <Line label={t('charged')} value={amount(receipt.chargedMinor)} strong />
          <Line label={t('refunded')} value={amount(receipt.refundMinor)} />
          {receipt.claimCode === null ? null : <Line label={t('claimCode')} value={receipt.claimCode} strong />}
        </dl>
        <pre id="receipt-text">{receipt.text}</pre>
      </section>
      <figure class="paper">
        <Code text={codeText(receipt)} label={t('receipt')} />
        <figcaption>{t('receiptHint')}</figcaption>
      </figure>
    </div>
  );
}

function Line({ label, value, strong = false }: { readonly label: string; readonly value: string; readonly strong?: boolean }): JSX.Element {
  return (
    <div>
      <dt>{label}</dt>
      <dd>{strong ? <strong>{value}</strong> : value}</dd>
    </div>
  );
}

/** All that a dispute needs: the words, and the play that they are about. */
function codeText({ text, playId }: Pick<Receipt, 'text' | 'playId'>): string {
  return `${text}\n${playId}`;
}
