import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { request } from 'undici';
import type { BoxView } from '../../device/session/box-view.ts';
import type { PlayView } from '../../device/session/play-port.ts';
import type { CatalogueWork } from '../wire/http-api.ts';

/** An answer of the box takes milliseconds; after this long it hangs. */
const ANSWER_TIMEOUT_MS = 10_000;
/** Some commands measure for a minute. */
const COMMAND_TIMEOUT_MS = 90_000;

/** What a box shows of itself (amounts travel as decimal text). The types are the box's own. */
export type ViewOfBox = BoxView;
export type PlayOfBox = PlayView;
export type WorkOfBox = CatalogueWork;

/** Talks to a box on this machine over its local API. */
export class BoxClient {
  readonly #url: string;
  readonly #token: string;

  constructor(url: string, token: string) {
    this.#url = url.replace(/\/$/, '');
    this.#token = token;
  }

  /** @param folder the box's data folder, which holds its local token and its screen's address */
  static async ofFolder(folder: string): Promise<BoxClient> {
    const [token, url] = await Promise.all(['local-token', 'screen-url'].map((name) => readFile(join(folder, name), 'utf8'))).catch(() => {
      throw new Error(`No box runs on ${folder}. Start one with npm start, or name its folder with --data.`);
    });
    return new BoxClient((url ?? '').trim(), (token ?? '').trim());
  }

  view(): Promise<ViewOfBox> {
    return this.#get('/api/view') as Promise<ViewOfBox>;
  }

  async works(): Promise<readonly WorkOfBox[]> {
    return ((await this.#get('/api/works?limit=200')) as { works: readonly WorkOfBox[] }).works;
  }

  totals(): Promise<Record<string, unknown>> {
    return this.#get('/api/totals') as Promise<Record<string, unknown>>;
  }

  async intent(
    intent: { readonly type: string; readonly workId?: string; readonly delta?: number; readonly on?: boolean; readonly digit?: number },
    entryMethod = '3',
  ): Promise<void> {
    await this.#post('/api/intent', { ...intent, entryMethod });
  }

  async coin(valueMinor: bigint): Promise<void> {
    await this.#post('/api/coin', { valueMinor: valueMinor.toString() });
  }

  async command(line: string, role: string): Promise<{ readonly ok: boolean; readonly code: string; readonly text: string; readonly data: unknown }> {
    return (await this.#post('/api/command', { line, role }, COMMAND_TIMEOUT_MS)) as { ok: boolean; code: string; text: string; data: unknown };
  }

  /** Calls back with every view until `signal` ends it or the box goes away; resolves then. */
  async follow(onView: (view: ViewOfBox) => void, signal: AbortSignal): Promise<void> {
    const { body } = await request(`${this.#url}/api/events`, { signal, headersTimeout: 5_000, bodyTimeout: 0 });
    let rest = '';
    for await (const chunk of body) {
      rest += String(chunk);
      for (let end = rest.indexOf('\n\n'); end >= 0; end = rest.indexOf('\n\n')) {
        const event = rest.slice(0, end);
        rest = rest.slice(end + 2);
        if (event.startsWith('data: ')) onView(JSON.parse(event.slice(6)) as ViewOfBox);
      }
    }
  }

  #get(path: string): Promise<unknown> {
    return this.#ask(path, { method: 'GET', headers: this.#headers() });
  }

  #post(path: string, body: unknown, timeoutMs = ANSWER_TIMEOUT_MS): Promise<unknown> {
    const headers = { ...this.#headers(), 'content-type': 'application/json' };
    return this.#ask(path, { method: 'POST', headers, body: JSON.stringify(body) }, timeoutMs);
  }

  async #ask(
    path: string,
    options: { readonly method: 'GET' | 'POST'; readonly headers: Record<string, string>; readonly body?: string },
    timeoutMs = ANSWER_TIMEOUT_MS,
  ): Promise<unknown> {
    try {
      return await answerOf(await request(this.#url + path, { ...options, signal: AbortSignal.timeout(timeoutMs) }));
    } catch (error) {
      throw explained(error, this.#url, path, timeoutMs);
    }
  }

  #headers(): Record<string, string> {
    return { authorization: `Bearer ${this.#token}` };
  }
}

async function answerOf(response: Awaited<ReturnType<typeof request>>): Promise<unknown> {
  const answer = (await response.body.json()) as { title?: string; message?: string };
  if (response.statusCode >= 400) throw new Error(answer.title ?? answer.message ?? `the box answered ${response.statusCode}`);
  return answer;
}

/** What undici says of a box that is silent or gone, in words. */
function explained(error: unknown, url: string, path: string, timeoutMs: number): unknown {
  if (!(error instanceof Error)) return error;
  if (error.name === 'TimeoutError')
    return new Error(`The box at ${url} did not answer ${path} within ${timeoutMs / 1_000} s; look into box.log in its data folder.`);
  if (!('code' in error)) return error;
  return new Error(`The box at ${url} cannot be reached (${String(error.code)}). Does npm start still run?`);
}
