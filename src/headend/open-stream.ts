import type { Clock } from '../ports/clock.ts';
import type { Log } from '../ports/log.ts';
import type { Random } from '../ports/random.ts';
import { assert } from '../units/assert.ts';
import { type Fault, fault, ok, type Result } from '../units/result.ts';
import { SENDER_LINK_VERSION } from '../wire/sender-link.ts';
import type { HeadendConfig } from './headend-config.ts';
import { attachSender } from './sender/remote-stream-house.ts';
import { bookIdentity } from './sender/sender-place.ts';
import { guardFolder } from './stores/folder-guard.ts';
import type { HeadendBook } from './stores/headend-book.ts';
import type { SegmentFiles } from './stores/segment-files.ts';
import type { StreamHouse } from './stream-port.ts';
import type { HeadendTrust } from './trust/headend-trust.ts';

export interface StreamParts {
  readonly clock: Clock;
  readonly random: Random;
  readonly log: Log;
  readonly book: HeadendBook;
  readonly segments: SegmentFiles;
  readonly trust: HeadendTrust;
}

export type StreamFault = Fault<'already-running' | 'folder-unusable' | 'port-taken' | 'sender-away'>;

/** The streaming half of a headend: the sender beside this process, or one within it. The book is open already, and sound. */
export async function openStream(config: HeadendConfig, parts: StreamParts): Promise<Result<StreamHouse, StreamFault>> {
  const { data, host, rtspPort, rtpPort } = config;
  const tls = { certificatePem: parts.trust.serverCertificatePem, keyPem: parts.trust.serverKeyPem };
  if (config.sender === 'within') return await openWithin(config, parts, tls);
  const book = bookIdentity(data);
  assert(book !== null, 'a book that was opened is there');
  return await attachSender({
    folder: data,
    clock: parts.clock,
    log: parts.log,
    setup: { version: SENDER_LINK_VERSION, book, host, rtspPort, rtpPort, ...tls },
  });
}

async function openWithin(
  { data, host, rtspPort, rtpPort }: HeadendConfig,
  { book, ...parts }: StreamParts,
  tls: { readonly certificatePem: string; readonly keyPem: string },
): Promise<Result<StreamHouse, StreamFault>> {
  const guard = guardFolder(data, 'sender');
  if (!guard.ok) return guard;
  // A registry whose sender is apart holds nothing of it.
  const { createStreamHouse } = await import('./stream/stream-house.ts');
  try {
    const stores = { registry: book, catalogue: book, channels: book, segments: parts.segments };
    const house = await createStreamHouse({ clock: parts.clock, random: parts.random, log: parts.log, ...stores, tls, host, rtspPort, rtpPort });
    return ok({
      ...house,
      async close() {
        await house.close();
        guard.value.release();
      },
    });
  } catch (error) {
    guard.value.release();
    return fault('port-taken', error instanceof Error ? error.message : String(error));
  }
}
