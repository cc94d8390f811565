import { isReceiptSeries, makeTaxRate, percentText, taxRateText } from '../../src/domain/ledger/tax.ts';
import { type Currency, formatMoney, money } from '../../src/units/money.ts';
import { SERIES_SETTING, TAX_SETTING } from '../stores/tax-rows.ts';
import { type Command, type CommandContext, done } from './command.ts';

const setTax: Command<CommandContext> = {
  name: 'tax set',
  help: 'the tax that prices of this venue include, shown on receipts from now on: tax set 19 VAT, or tax set off',
  roles: ['technician', 'headend'],
  guard: 'none',
  arguments: [
    { name: 'percent', kind: 'text', required: true, help: 'such as 19 or 7.7; off shows none' },
    { name: 'name', kind: 'text', required: false, help: 'as receipts call it (VAT)' },
  ],
  run: async ({ book }, { percent = '', name = 'VAT' }) => {
    if (percent === 'off') {
      await book.putSetting(TAX_SETTING, '');
      return done('Receipts show no tax.');
    }
    const rate = makeTaxRate(percent, name);
    if (!rate.ok) return { ok: false, code: rate.error.code, text: rate.error.message, data: null };
    await book.putSetting(TAX_SETTING, taxRateText(rate.value));
    return done(
      `Prices include ${percentText(rate.value.milliPercent)} % ${name}, rounded half a minor unit up for each receipt. This is not a certified fiscal device.`,
    );
  },
};

const showTax: Command<CommandContext> = {
  name: 'tax show',
  help: 'what was sold each month at each rate, and what of it is tax',
  roles: ['staff', 'technician', 'collector', 'headend'],
  guard: 'none',
  arguments: [],
  run: async ({ box, book }) => {
    const currency = box.view().currency as Currency;
    const amount = (minor: bigint): string => formatMoney(money(minor, currency));
    const sums = await book.taxSums();
    const lines = sums.map(
      (sum) =>
        `${sum.month}  ${percentText(Number(sum.milliPercent))} % ${sum.name}  ${sum.receipts} receipts  gross ${amount(sum.grossMinor)}  net ${amount(sum.grossMinor - sum.taxMinor)}  tax ${amount(sum.taxMinor)}`,
    );
    return done(lines.join('\n') || 'Nothing was sold with tax yet.', sums);
  },
};

const setSeries: Command<CommandContext> = {
  name: 'receipt series',
  help: 'what the numbers of receipts begin with: receipt series BAR1; each series counts on by itself, without gaps',
  roles: ['technician', 'headend'],
  guard: 'none',
  arguments: [{ name: 'series', kind: 'text', required: true, help: '1 to 8 capital letters and digits' }],
  run: async ({ book }, { series = '' }) => {
    if (!isReceiptSeries(series)) return { ok: false, code: 'bad-series', text: 'A series is 1 to 8 capital letters and digits.', data: null };
    await book.putSetting(SERIES_SETTING, series);
    return done(`Receipts are of the series ${series} from now on.`);
  },
};

export const taxCommands: readonly Command<CommandContext>[] = [setTax, showTax, setSeries];
