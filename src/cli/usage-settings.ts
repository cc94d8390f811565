import { parseArgs } from 'node:util';
import { RETURN_SETTINGS, type ReturnSetting } from '../headend/stores/settlement-rows.ts';
import { asId, type OutletId } from '../units/ids.ts';
import { type Currency, formatMoney } from '../units/money.ts';
import { withHeadendBook } from './headend-book-file.ts';
import { type CommandIo, EXIT } from './subcommand.ts';

const options = { data: { type: 'string' }, location: { type: 'string' }, json: { type: 'boolean', default: false } } as const;
const NAME_CHARACTERS = 200;

/** `ackbox usage split [--location NAME] [PARTY=PERMILLE...]`; null where the call is wrong. */
export function runSplit(argv: readonly string[], io: CommandIo): number | null {
  const { values, positionals } = parseArgs({ args: [...argv], allowPositionals: true, options });
  const shares = positionals
    .map((text) => /^([^=]{1,80})=(\d{1,4})$/.exec(text))
    .map((match) => match && { party: match[1] ?? '', perMille: Number(match[2]) });
  if (shares.some((share) => share === null)) return null;
  return withHeadendBook(values.data, io, (book) => {
    const location = values.location === undefined ? null : book.locationCalled(values.location);
    if (location === null && values.location !== undefined) {
      io.err(`ackbox: there is no location ${values.location}; it begins with the first box that is enrolled there.\n`);
      return EXIT.failed;
    }
    const problem =
      shares.length === 0
        ? null
        : book.putSplitRule(
            location,
            shares.filter((share) => share !== null),
          );
    if (problem !== null) {
      io.err(`ackbox: ${problem}\n`);
      return EXIT.failed;
    }
    const rule = book.splitRule(location ?? '');
    io.out(values.json ? `${JSON.stringify(rule)}\n` : rule.map(({ party, perMille }) => `${party.padEnd(24)}${perMille / 10} %\n`).join(''));
    return EXIT.ok;
  });
}

/** `ackbox usage set NAME VALUE`; null where the call is wrong. */
export function runSet(argv: readonly string[], io: CommandIo): number | null {
  const { values, positionals } = parseArgs({ args: [...argv], allowPositionals: true, options });
  const [name, value, ...rest] = positionals;
  const known = RETURN_SETTINGS.find((setting): setting is ReturnSetting => setting === name);
  if (known === undefined || value === undefined || value.length > NAME_CHARACTERS || rest.length > 0) return null;
  return withHeadendBook(values.data, io, (book) => {
    book.putReturnSetting(known, value);
    return EXIT.ok;
  });
}

/** `ackbox usage bill [--waive] RECORD`: what was set aside until a person decides; null where the call is wrong. */
export function runBill(argv: readonly string[], io: CommandIo): number | null {
  const { values, positionals } = parseArgs({ args: [...argv], allowPositionals: true, options: { ...options, waive: { type: 'boolean', default: false } } });
  const [, outlet, generation, sequence] = /^([^:]{1,64}):([^:]{1,64}):(\d{1,15})$/.exec(positionals[0] ?? '') ?? [];
  if (outlet === undefined || generation === undefined || positionals.length > 1) return null;
  const name = { outlet: asId<OutletId>(outlet), generation, sequence: Number(sequence) };
  return withHeadendBook(values.data, io, (book) => {
    const { json, waive } = values;
    const play = book.settleUnknownPlay(name, waive ? 'waived' : 'billed');
    if (play.ok) {
      const { playId, chargedMinor, currency, decision } = play.value;
      const amount = formatMoney({ minor: BigInt(chargedMinor), currency: currency as Currency });
      const facts = { [decision ?? 'billed']: positionals[0], playId, chargedMinor, currency };
      io.out(json ? `${JSON.stringify(facts)}\n` : `${waive ? 'Waived' : 'Billed'}: ${amount} for the play ${playId}.\n`);
      return EXIT.ok;
    }
    const beyondFloor = play.error.code === 'not-set-aside' && !waive;
    const problem = beyondFloor ? book.billBeyondFloor(name) : play.error.message;
    if (problem !== null) io.err(`ackbox: ${problem}\n`);
    else io.out(json ? `${JSON.stringify({ billed: positionals[0] })}\n` : 'Billed.\n');
    return problem === null ? EXIT.ok : EXIT.failed;
  });
}
