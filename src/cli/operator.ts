import { parseArgs } from 'node:util';
import { OPERATOR_ROLES, type OperatorRole } from '../domain/access/operator-roles.ts';
import { makeOperator, type NewOperator } from '../headend/operator/operator-accounts.ts';
import { withHeadendBook } from './headend-book-file.ts';
import { type CommandIo, EXIT, type Subcommand } from './subcommand.ts';

const help = `Who may sign in at the headend's pages. Run it on the machine of the headend, as its user.

usage: ackbox operator add NAME --role ROLE [--data DIR] [--json]
       ackbox operator list [--data DIR] [--json]
       ackbox operator remove NAME [--data DIR]

  add             makes an account and shows its password and the link for an authenticator app, once; for a name that
                  exists it makes new ones, and the old ones are good for nothing from then on
  --role ROLE     ${OPERATOR_ROLES.filter((role) => role !== 'owner').join(', ')}
  --data DIR      the folder of the headend (default: headend in the data folder of npm start)
  --json          answer in JSON

Exit codes: 0 done, 1 failed or refused, 2 wrong usage.
`;

const OPTIONS = { role: { type: 'string' }, data: { type: 'string' }, json: { type: 'boolean', default: false } } as const;

export const operatorCommand: Subcommand = {
  name: 'operator',
  summary: 'say who may sign in at the pages of a headend',
  help,
  async run(argv, io) {
    const { values, positionals } = parseArgs({ args: [...argv], allowPositionals: true, options: OPTIONS });
    const [verb, name = '', ...rest] = positionals;
    const role = OPERATOR_ROLES.find((candidate) => candidate !== 'owner' && candidate === values.role);
    if (verb === 'list' && name === '') return listOperators(values, io);
    if (verb === 'remove' && name !== '' && rest.length === 0) return removeOperator(name, values, io);
    if (verb === 'add' && name !== '' && rest.length === 0 && role !== undefined) return await addOperator(name, role, values, io);
    io.err(help);
    return EXIT.usage;
  },
};

type Values = { readonly data?: string | undefined; readonly json: boolean };

async function addOperator(name: string, role: OperatorRole, { data, json }: Values, io: CommandIo): Promise<number> {
  const made = await makeOperator(name, role);
  if (!made.ok) {
    io.err(`${made.error.message}\n`);
    return EXIT.failed;
  }
  const { account, told } = made.value;
  return withHeadendBook(data, io, (book) => {
    book.putOperatorAccount(account);
    book.noteOperatorAction({ who: 'owner', role: 'owner', action: 'make operator', about: `${name} (${role})`, outcome: 'ok' });
    io.out(json ? `${JSON.stringify(told)}\n` : wordsOf(told));
    return EXIT.ok;
  });
}

function wordsOf({ name, role, password, otpauth }: NewOperator): string {
  return `name           ${name} (${role})
password       ${password}
authenticator  ${otpauth}

Neither is shown again. Put the link into an authenticator app (as a QR code: qrencode -t ANSI), then sign in at /operator/sign-in.
`;
}

function removeOperator(name: string, { data }: Values, io: CommandIo): number {
  return withHeadendBook(data, io, (book) => {
    const removed = book.removeOperatorAccount(name);
    if (removed) book.noteOperatorAction({ who: 'owner', role: 'owner', action: 'remove operator', about: name, outcome: 'ok' });
    else io.err(`There is no operator ${name}; ackbox operator list shows them.\n`);
    return removed ? EXIT.ok : EXIT.failed;
  });
}

function listOperators({ data, json }: Values, io: CommandIo): number {
  return withHeadendBook(data, io, (book) => {
    const accounts = book.operatorAccounts();
    const lines = accounts.map(({ name, role }) => `${name.padEnd(24)}${role}\n`).join('');
    io.out(json ? `${JSON.stringify(accounts)}\n` : lines || 'Nobody yet; the link that the headend printed at its start needs no account.\n');
    return EXIT.ok;
  });
}
