import type { Clock } from '../ports/clock.ts';

/** Posts JSON and waits for the status; follows no redirect, reads no answer. @returns the status, or why there is none */
export async function postJson(clock: Clock, timeoutMs: number, address: string, body: string): Promise<number | string> {
  const abort = new AbortController();
  const cancel = clock.after(timeoutMs, () => abort.abort());
  try {
    const answer = await fetch(address, { method: 'POST', headers: { 'content-type': 'application/json' }, body, redirect: 'manual', signal: abort.signal });
    await answer.body?.cancel();
    return answer.status;
  } catch (error) {
    if (abort.signal.aborted) return `no answer within ${timeoutMs} ms`;
    return error instanceof Error ? (error.cause instanceof Error ? error.cause.message : error.message) : String(error);
  } finally {
    cancel();
  }
}
