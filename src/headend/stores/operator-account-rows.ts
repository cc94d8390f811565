import type { LockoutState } from '../../domain/access/login-lockout.ts';
import type { OperatorRole } from '../../domain/access/operator-roles.ts';
import type { StoreContext } from './store-context.ts';

/** Somebody who may sign in at the pages. */
export interface OperatorAccount {
  readonly name: string;
  readonly role: OperatorRole;
  /** scrypt, `salt:hash` in hex. */
  readonly password: string;
  readonly totpSecret: Uint8Array;
  readonly lastStep: number;
  readonly lockout: LockoutState;
}

export interface AuditLine {
  readonly atMs: number;
  readonly who: string;
  readonly role: string;
  readonly action: string;
  readonly about: string;
  readonly outcome: string;
}

/** Who may sign in, and what those did who could. */
export interface OperatorAccountStore {
  operatorAccount(name: string): OperatorAccount | null;
  operatorAccounts(): readonly Pick<OperatorAccount, 'name' | 'role'>[];
  /** A new one, or the old one with another password and another secret: nothing of the old ones is good any more. */
  putOperatorAccount(account: Omit<OperatorAccount, 'lastStep' | 'lockout'>): void;
  /** @returns whether there was one */
  removeOperatorAccount(name: string): boolean;
  noteSignIn(name: string, lastStep: number, lockout: LockoutState): void;
  noteOperatorAction(line: Omit<AuditLine, 'atMs'>): void;
  operatorActions(limit: number): readonly AuditLine[];
}

interface Row {
  readonly name: string;
  readonly role: OperatorRole;
  readonly password: string;
  readonly totp_secret: Uint8Array;
  readonly last_step: number;
  readonly failures: number;
  readonly locked_until_ms: number;
}

export function operatorAccountRows({ database, clock }: StoreContext): OperatorAccountStore {
  return {
    operatorAccount: (name) => {
      const row = database.one<Row>('SELECT * FROM operator_accounts WHERE name = ?', name);
      if (row === null) return null;
      const lockout = { failures: row.failures, lockedUntilMs: row.locked_until_ms };
      return { name: row.name, role: row.role, password: row.password, totpSecret: row.totp_secret, lastStep: row.last_step, lockout };
    },
    operatorAccounts: () => database.all('SELECT name, role FROM operator_accounts ORDER BY name'),
    putOperatorAccount: ({ name, role, password, totpSecret }) => {
      database.run(
        `INSERT INTO operator_accounts (name, role, password, totp_secret) VALUES (?, ?, ?, ?)
         ON CONFLICT (name) DO UPDATE SET role = excluded.role, password = excluded.password, totp_secret = excluded.totp_secret,
         last_step = 0, failures = 0, locked_until_ms = 0`,
        name,
        role,
        password,
        totpSecret,
      );
    },
    removeOperatorAccount: (name) => database.run('DELETE FROM operator_accounts WHERE name = ?', name) === 1,
    noteSignIn: (name, lastStep, { failures, lockedUntilMs }) => {
      const sql = 'UPDATE operator_accounts SET last_step = ?, failures = ?, locked_until_ms = ? WHERE name = ?';
      database.run(sql, lastStep, failures, lockedUntilMs, name);
    },
    noteOperatorAction: ({ who, role, action, about, outcome }) => {
      const sql = 'INSERT INTO operator_actions (at_ms, who, role, action, about, outcome) VALUES (?, ?, ?, ?, ?, ?)';
      database.run(sql, clock.wallMs(), who, role, action, about, outcome);
    },
    operatorActions: (limit) =>
      database.all<AuditLine>('SELECT at_ms AS atMs, who, role, action, about, outcome FROM operator_actions ORDER BY id DESC LIMIT ?', limit),
  };
}
