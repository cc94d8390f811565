import { Agent, type Dispatcher, ProxyAgent } from 'undici';
import { limits } from '../../src/limits.ts';
import type { Clock } from '../../src/ports/clock.ts';
import type { HeadendError } from '../../src/ports/headend-api.ts';
import { err, ok, type Result } from '../../src/units/result.ts';

export interface HttpsRequest {
  readonly method: 'GET' | 'POST' | 'PUT';
  /** Path and query. */
  readonly path: string;
  readonly headers: Readonly<Record<string, string>>;
  readonly body: Uint8Array | null;
  readonly answerBytesMax: number;
}

export interface HttpsAnswer {
  readonly status: number;
  readonly header: (name: string) => string | null;
  readonly body: Uint8Array;
}

/** What an answer says; null where it is no JSON. */
export function jsonOf({ body }: HttpsAnswer): unknown {
  try {
    return JSON.parse(Buffer.from(body).toString('utf8'));
  } catch {
    return null;
  }
}

export function failure(code: HeadendError['code'], problem: string, message: string, retryAfterMs: number | null = null): HeadendError {
  return { code, problem, message, retryAfterMs };
}

/** HTTPS to one headend: every wait bounded, every answer bounded, every failure a value. */
export interface HttpsExchange {
  send(request: HttpsRequest): Promise<Result<HttpsAnswer, HeadendError>>;
  close(): Promise<void>;
}

const CONNECTIONS = 4;
const CONNECT_TIMEOUT_MS = 5_000;

/**
 * @param caPem the pinned authority, and no other; null before trust exists (then nothing that was read may be believed)
 * @param proxy that is asked for a tunnel, inside which nothing changes; absent or null: straight
 */
export function openHttpsExchange(url: string, caPem: string | null, clock: Clock, proxy?: URL | null): HttpsExchange {
  const tls = { timeout: CONNECT_TIMEOUT_MS, ...(caPem === null ? { rejectUnauthorized: false } : { ca: caPem }) };
  const agent = proxy ? tunnelled(proxy, tls) : new Agent({ connections: CONNECTIONS, connect: tls });
  const origin = URL.canParse(url) ? new URL(url).origin : '';
  const where = `${origin || url}${proxy ? ` through the proxy ${proxy.host}` : ''}`;
  const attempt = async (request: HttpsRequest, signal: AbortSignal): Promise<HttpsAnswer> => {
    const { path, method, headers, body } = request;
    const answer = await agent.request({ origin, path, method, headers, body, signal, headersTimeout: 0, bodyTimeout: 0 });
    return { status: answer.statusCode, header: (name) => firstOf(answer.headers[name]), body: await readBounded(answer.body, request.answerBytesMax) };
  };
  return {
    close: () => agent.destroy(),
    async send(request) {
      const abort = new AbortController();
      const cancel = clock.after(limits.httpTimeoutMs, () => abort.abort());
      try {
        // A headend that restarted closed our idle connection; we notice only by using it. Every request may be repeated.
        return ok(await attempt(request, abort.signal).catch((error: unknown) => (isCut(error) ? attempt(request, abort.signal) : Promise.reject(error))));
      } catch (error) {
        return err(explainFailure(error, where, abort.signal.aborted));
      } finally {
        cancel();
      }
    },
  };
}

function tunnelled(proxy: URL, tls: { readonly timeout: number }): ProxyAgent {
  return new ProxyAgent({ uri: proxy.href, connections: CONNECTIONS, requestTls: tls, proxyTls: { timeout: CONNECT_TIMEOUT_MS } });
}

function isCut(error: unknown): boolean {
  return error instanceof Error && 'code' in error && ['UND_ERR_SOCKET', 'ECONNRESET', 'EPIPE'].includes(String(error.code));
}

async function readBounded(body: Dispatcher.ResponseData['body'], max: number): Promise<Uint8Array> {
  const parts: Uint8Array[] = [];
  let bytes = 0;
  for await (const part of body as AsyncIterable<Uint8Array>) {
    bytes += part.length;
    if (bytes > max) throw new Error(`the answer has more than ${max} bytes`);
    parts.push(part);
  }
  return Buffer.concat(parts);
}

function firstOf(value: string | string[] | undefined): string | null {
  return (Array.isArray(value) ? value[0] : value) ?? null;
}

/** What OpenSSL and Node say about a peer that is not the one we were enrolled at. */
const STRANGER =
  /^(UNABLE_TO_|SELF_SIGNED_|DEPTH_ZERO_|CERT_|INVALID_CA|INVALID_PURPOSE|PATH_LENGTH_|HOSTNAME_MISMATCH|ERR_TLS_CERT_|ERR_SSL_WRONG_VERSION|ERR_SSL_PACKET)/;

function explainFailure(error: unknown, where: string, timedOut: boolean): HeadendError {
  const cause = error instanceof Error && error.cause instanceof Error ? error.cause : error;
  const code = cause instanceof Error && 'code' in cause ? String(cause.code) : '';
  if (timedOut) return failure('unreachable', 'timeout', `The headend at ${where} did not answer within ${limits.httpTimeoutMs} ms; check the network.`);
  const refusal = /^Proxy response \((\d{3})\)/.exec(cause instanceof Error ? cause.message : '')?.[1];
  if (refusal !== undefined)
    return failure(
      'unreachable',
      'proxy-refused',
      `There is no way to the headend at ${where}: it answered ${refusal}${refusal === '407' ? ', so it wants a user and a password (set proxy=http://USER:PASSWORD@HOST:PORT)' : ''}.`,
    );
  if (code === 'CERT_HAS_EXPIRED' || code === 'CERT_NOT_YET_VALID')
    return failure(
      'untrusted',
      'certificate-dates',
      `The certificate of ${where} is not valid at this box's date; set the clock of the box, or restart the headend to renew it.`,
    );
  if (code === 'ERR_TLS_CERT_ALTNAME_INVALID')
    return failure(
      'untrusted',
      'certificate-name',
      `The certificate of the headend does not name ${where}; start the headend with --name and this name or address.`,
    );
  if (code.startsWith('ERR_SSL_') && !STRANGER.test(code))
    return failure('untrusted', 'not-tls', `${where} does not speak TLS as a headend does (${code}); check the address.`);
  if (STRANGER.test(code))
    return failure(
      'untrusted',
      'certificate-authority',
      `${where} shows a certificate that is not from the authority this box was enrolled with: either another machine answers there, or the headend was set up anew. If it was, remove enrolment.json from the folder of this box and enrol it again.`,
    );
  const reason = code || (cause instanceof Error ? cause.message : String(cause));
  return failure('unreachable', 'no-answer', `The headend at ${where} cannot be reached (${reason}); check that it runs, and the network.`);
}
