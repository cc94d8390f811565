import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { Agent } from 'undici';

export interface ApprovalRequest {
  /** Where the headend listens, `https://host:port`. */
  readonly url: string;
  /** Its data folder: the operator token and the CA are read there. */
  readonly headendFolder: string;
  readonly code: string;
  /** Name or id; left out for the account and location that every headend begins with. */
  readonly account?: string | undefined;
  readonly location?: string | undefined;
}

export interface ApprovedBox {
  readonly outlet: string;
  readonly account: string;
  readonly location: string;
  readonly name: string;
}

const TIMEOUT_MS = 10_000;

/**
 * Enters the code that a box shows at its headend, as the operator who owns the data folder (ruling 28).
 * @throws Error with words that say what to do
 */
export async function approveByCode(request: ApprovalRequest): Promise<ApprovedBox> {
  const token = await readOrExplain(join(request.headendFolder, 'operator-token'));
  const ca = await readOrExplain(join(request.headendFolder, 'trust', 'ca.pem'));
  const agent = new Agent({ connect: { ca, timeout: TIMEOUT_MS }, headersTimeout: TIMEOUT_MS, bodyTimeout: TIMEOUT_MS });
  try {
    const answer = await agent.request({
      origin: new URL(request.url).origin,
      path: '/v1/admin/enrol',
      method: 'POST',
      headers: { authorization: `Bearer ${token.trim()}`, 'content-type': 'application/json' },
      body: JSON.stringify({ code: request.code, account: request.account ?? null, location: request.location ?? null }),
    });
    const body = (await answer.body.json()) as ApprovedBox & { readonly title?: string };
    if (answer.statusCode !== 200) throw new Error(body.title ?? `The headend answered ${answer.statusCode}.`);
    return body;
  } catch (error) {
    const code = error instanceof Error && 'code' in error ? String(error.code) : '';
    if (code === '') throw error;
    throw new Error(`The headend at ${request.url} cannot be reached (${code}); check that it runs on this machine with this data folder.`);
  } finally {
    await agent.destroy();
  }
}

async function readOrExplain(path: string): Promise<string> {
  try {
    return await readFile(path, 'utf8');
  } catch (error) {
    const reason = error instanceof Error && 'code' in error ? String(error.code) : String(error);
    throw new Error(`${path} cannot be read (${reason}); run this on the headend's machine, as its user, with --data naming its folder.`);
  }
}
