import { parseArgs } from 'node:util';
import { Value } from '@sinclair/typebox/value';
import type { Policy } from '../domain/access/access-policy.ts';
import { POLICY_KINDS } from '../domain/access/access-policy.ts';
import { policyJson, readPolicy } from '../headend/pricing/policy-calls.ts';
import { PolicyBody } from '../wire/policy-api.ts';
import { withHeadendBook } from './headend-book-file.ts';
import { type CommandIo, EXIT } from './subcommand.ts';

const USAGE = 'ackbox headend policy add KIND --reason TEXT [--value N] [--account A] [--outlet O] [--work W] [--from TIME] [--until TIME] | list | end NUMBER';

const OPTIONS = {
  data: { type: 'string' },
  reason: { type: 'string' },
  value: { type: 'string' },
  account: { type: 'string' },
  outlet: { type: 'string' },
  work: { type: 'string' },
  from: { type: 'string' },
  until: { type: 'string' },
  json: { type: 'boolean', default: false },
} as const;

/** `ackbox headend policy add|list|end`: who may have what from when on, beside a running headend or without one. */
export function headendPolicy(argv: readonly string[], io: CommandIo): number {
  const { values, positionals } = parseArgs({ args: [...argv], options: OPTIONS, allowPositionals: true });
  const [what = '', text = ''] = positionals;
  const { data, json, value, ...rest } = values;
  const show = (policies: readonly Policy[]): number => {
    if (json) io.out(`${JSON.stringify({ policies: policies.map(policyJson) })}\n`);
    else io.out(policies.map(policyLine).join('') || 'There are no policies: everything is sold to everybody who pays.\n');
    return EXIT.ok;
  };
  if (what === 'list' && positionals.length === 1) return withHeadendBook(data, io, (book) => show(book.policies()));
  if (what === 'end' && /^\d{1,15}$/.test(text))
    return withHeadendBook(data, io, (book) => {
      const ended = book.endPolicy(Number(text), Date.now());
      return ended === null ? fail(io, `No policy ${text} still holds; ackbox headend policy list shows them.`, EXIT.failed) : show([ended]);
    });
  const body = { kind: text, ...rest, ...(value === undefined ? {} : { value: Number(value) }) };
  if (what !== 'add' || positionals.length !== 2) return fail(io, `usage: ${USAGE}`, EXIT.usage);
  if (!Value.Check(PolicyBody, body))
    return fail(io, `KIND is one of ${POLICY_KINDS.join(', ')}, --value a whole number, and --reason TEXT is told to people.`, EXIT.usage);
  const policy = readPolicy(body, Date.now());
  if (!policy.ok) return fail(io, policy.error.message, EXIT.usage);
  return withHeadendBook(data, io, (book) => {
    const added = book.addPolicy(policy.value);
    return added.ok ? show([added.value]) : fail(io, added.error.message, EXIT.failed);
  });
}

function policyLine(policy: Policy): string {
  const { number, kind, value, from, until, reason, account, outlet, work } = policyJson(policy);
  const whom = Object.entries({ account, outlet, work }).flatMap(([name, id]) => (id === null ? [] : [`${name} ${id}`]));
  const amount = kind === 'refuse' || kind === 'allow' ? '' : ` ${value}`;
  return `${String(number).padStart(4)}  ${`${kind}${amount}`.padEnd(24)}${whom.join(', ') || 'all'}  ${from} to ${until ?? 'for good'}: ${reason}\n`;
}

function fail(io: CommandIo, message: string, code: number): number {
  io.err(`ackbox headend policy: ${message}\n`);
  return code;
}
