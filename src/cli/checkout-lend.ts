import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { Agent } from 'undici';
import { RIGHTS_MODES, UNLOCKS } from '../domain/licence/property-rights.ts';
import type { LendingRule } from '../wire/licence-api.ts';
import { defaultDataFolder } from './data-folder.ts';
import { readModelFile } from './model-file.ts';
import { type CommandIo, EXIT } from './subcommand.ts';

const DAY_MS = 86_400_000;
const TIMEOUT_MS = 10_000;

const OPTIONS = {
  mode: { type: 'string', default: 'intermittent' },
  unlock: { type: 'string' },
  pulse: { type: 'string' },
  days: { type: 'string', default: '14' },
  fee: { type: 'string' },
  model: { type: 'string' },
  software: { type: 'boolean', default: false },
  headend: { type: 'string', default: 'https://127.0.0.1:8443' },
  data: { type: 'string' },
  json: { type: 'boolean', default: false },
} as const;

/** `checkout lend WORK` and `checkout floor OUTLET MINOR`: by the operator who owns the headend's folder. */
export async function lendOrBound(what: 'lend' | 'floor', argv: readonly string[], io: CommandIo): Promise<number | null> {
  const { values, positionals } = parseArgs({ args: [...argv], allowPositionals: true, options: OPTIONS });
  const [named = '', minor = ''] = positionals;
  const body = what === 'floor' ? floorOf(minor) : ruleOf(values);
  if (
    named === '' ||
    body === null ||
    (values.model !== undefined && (what === 'floor' || values.fee !== undefined)) ||
    positionals.length !== (what === 'floor' ? 2 : 1)
  )
    return null;
  const path = what === 'floor' ? `/v1/admin/outlets/${encodeURIComponent(named)}/floor` : `/v1/admin/works/${encodeURIComponent(named)}/lending`;
  const folder = values.data ?? join(defaultDataFolder(), 'headend');
  const model = values.model === undefined ? null : await readModelFile(values.model);
  if (model !== null && 'problem' in model) {
    io.err(`ackbox: ${model.problem}.\n`);
    return EXIT.failed;
  }
  const sent = model === null ? body : { ...body, feeModelXml: Buffer.from(model.bytes).toString('utf8') };
  const { status, answer } = await put(values.headend, folder, path, sent);
  if (status !== 200) {
    io.err(`ackbox: ${String(answer.title ?? `the headend answered ${status}`)}\n`);
    return EXIT.failed;
  }
  const first = model === null ? '' : ` A first checkout costs ${String(answer.feeMinor)} minor units by its model.`;
  io.out(
    values.json ? `${JSON.stringify(answer)}\n` : what === 'floor' ? `${named} may owe ${minor} unheard of.\n` : `${named} is lent so from now on.${first}\n`,
  );
  return EXIT.ok;
}

function floorOf(minor: string): { readonly floorMinor: string } | null {
  return /^[0-9]{1,12}$/.test(minor) ? { floorMinor: minor } : null;
}

function ruleOf(values: {
  readonly mode: string;
  readonly unlock?: string;
  readonly pulse?: string;
  readonly days: string;
  readonly fee?: string;
  readonly software: boolean;
}): LendingRule | null {
  const mode = RIGHTS_MODES.find((known) => known === values.mode);
  const unlock = UNLOCKS.find((known) => known === (values.unlock ?? 'lease'));
  const pulseMs = values.pulse === undefined ? null : Number(values.pulse) * 1_000;
  const periodMs = Math.round(Number(values.days) * DAY_MS);
  if (
    mode === undefined ||
    unlock === undefined ||
    !Number.isSafeInteger(pulseMs ?? 0) ||
    !(periodMs >= 1_000) ||
    !/^(0|[1-9][0-9]{0,8})$/.test(values.fee ?? '0')
  )
    return null;
  const unlocked = mode === 'continuous' && values.unlock === undefined ? null : unlock;
  const fee = values.fee === undefined || values.fee === '0' ? {} : { feeMinor: values.fee };
  return { resourceKind: values.software ? 'software' : 'work', mode, pulseMs, unlock: unlocked, protection: 'aes-gcm-segments', periodMs, ...fee };
}

async function put(
  url: string,
  folder: string,
  path: string,
  body: unknown,
): Promise<{ readonly status: number; readonly answer: Readonly<Record<string, unknown>> }> {
  const [token, ca] = await Promise.all([readFile(join(folder, 'operator-token'), 'utf8'), readFile(join(folder, 'trust', 'ca.pem'), 'utf8')]);
  const agent = new Agent({ connect: { ca, timeout: TIMEOUT_MS }, headersTimeout: TIMEOUT_MS, bodyTimeout: TIMEOUT_MS });
  try {
    const headers = { authorization: `Bearer ${token.trim()}`, 'content-type': 'application/json' };
    const { statusCode, body: answer } = await agent.request({ origin: new URL(url).origin, path, method: 'PUT', headers, body: JSON.stringify(body) });
    return { status: statusCode, answer: (await answer.json()) as Readonly<Record<string, unknown>> };
  } finally {
    await agent.destroy();
  }
}
