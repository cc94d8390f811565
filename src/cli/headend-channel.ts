import { parseArgs } from 'node:util';
import { DEFAULT_PRICE, parsePrice } from '../headend/catalogue/work-price.ts';
import { parseInput } from '../headend/channels/channel-input.ts';
import { channelWork, parsePicture } from '../headend/channels/channel-work.ts';
import { limits } from '../limits.ts';
import { systemRandom } from '../platform/system-random.ts';
import type { ChannelRow } from '../ports/channel-store.ts';
import { toHex } from '../units/bytes.ts';
import { type Currency, formatMoney, money } from '../units/money.ts';
import { withHeadendBook } from './headend-book-file.ts';
import { type CommandIo, EXIT } from './subcommand.ts';

const USAGE = 'ackbox headend channel add NUMBER --title NAME --input udp://ADDRESS:PORT | list | remove NUMBER';

const OPTIONS = {
  data: { type: 'string' },
  title: { type: 'string' },
  input: { type: 'string' },
  price: { type: 'string', default: 'free' },
  picture: { type: 'string', default: 'h264-720' },
  megabits: { type: 'string', default: '2' },
  json: { type: 'boolean', default: false },
} as const;

type Values = ReturnType<typeof parseArgs<{ options: typeof OPTIONS }>>['values'];

/** `ackbox headend channel add|list|remove`: the channel map, beside a running headend or without one. */
export function headendChannel(argv: readonly string[], io: CommandIo): number {
  const { values, positionals } = parseArgs({ args: [...argv], options: OPTIONS, allowPositionals: true });
  const [what = '', text = ''] = positionals;
  const number = /^[0-9]{1,4}$/.test(text) ? Number(text) : 0;
  if (what === 'list' && positionals.length === 1) return list(values, io);
  if ((what !== 'add' && what !== 'remove') || positionals.length !== 2) return refuse(io, `usage: ${USAGE}`);
  if (number === 0) return refuse(io, `A channel has a number from 1 to ${limits.channelNumberMax}, not ${JSON.stringify(text)}.`);
  return what === 'add' ? add(number, values, io) : remove(number, values, io);
}

function add(number: number, values: Values, io: CommandIo): number {
  const title = (values.title ?? '').trim();
  if (title === '' || title.length > limits.tagCharacters || /\p{Cc}/u.test(title))
    return refuse(io, '--title NAME is needed: what the channel is called, on one line.');
  const input = parseInput(values.input ?? '');
  if (!input.ok) return refuse(io, input.error.message);
  const picture = parsePicture(values.picture, Number(values.megabits));
  if (!picture.ok) return refuse(io, picture.error.message);
  if (parsePrice(values.price) === null) return refuse(io, '--price is "free", or what an hour costs in minor units and currency, as in "50 EUR".');
  return withHeadendBook(values.data, io, (book) => {
    if (book.channels().length >= limits.channelsMax) return fail(io, `A headend has at most ${limits.channelsMax} channels; remove one first.`);
    // What is free has the currency of the house.
    const standard = { ...DEFAULT_PRICE, currency: book.defaults().currency as Currency };
    const price = parsePrice(values.price, standard) ?? standard;
    const work = channelWork({ id: `c${toHex(systemRandom.bytes(16))}`, number, title, price, picture: picture.value });
    if (!book.addChannel(work, values.input ?? '')) return fail(io, `Number ${number} is taken; remove that channel first, or take another number.`);
    io.out(
      values.json
        ? `${JSON.stringify({ number, work: work.id, packetMs: picture.value.packetMs })}\n`
        : `${number} is ${title}; a running headend listens there within a second.\n`,
    );
    return EXIT.ok;
  });
}

function remove(number: number, { data, json }: Values, io: CommandIo): number {
  return withHeadendBook(data, io, (book) => {
    if (!book.removeChannel(number)) return fail(io, `No channel has the number ${number}; ackbox headend channel list shows them.`);
    io.out(json ? `${JSON.stringify({ removed: number })}\n` : `${number} is no channel any more.\n`);
    return EXIT.ok;
  });
}

function list({ data, json }: Values, io: CommandIo): number {
  return withHeadendBook(data, io, (book) => {
    const rows = book.channels();
    const price = ({ priceMinor, currency }: ChannelRow): string =>
      priceMinor === '0' ? 'free' : `${formatMoney(money(BigInt(priceMinor), currency as Currency))} an hour`;
    const lines = rows.map((row) => `${String(row.number).padStart(4)}  ${row.state.padEnd(14)}${row.name.padEnd(30)}${row.input.padEnd(32)}${price(row)}\n`);
    if (json) io.out(`${JSON.stringify({ channels: rows })}\n`);
    else io.out(lines.join('') || 'There are no channels.\n');
    return EXIT.ok;
  });
}

function refuse(io: CommandIo, message: string): number {
  io.err(`ackbox headend channel: ${message}\n`);
  return EXIT.usage;
}

function fail(io: CommandIo, message: string): number {
  io.err(`ackbox headend channel: ${message}\n`);
  return EXIT.failed;
}
