import { join } from 'node:path';
import type { Clock } from '../../ports/clock.ts';
import type { Log } from '../../ports/log.ts';
import type { Random } from '../../ports/random.ts';
import { type Fault, fault, ok, type Result } from '../../units/result.ts';
import { SENDER_LINK_VERSION, type SenderCall, type SenderSetup } from '../../wire/sender-link.ts';
import { reachableHost } from '../reachable-host.ts';
import { HeadendBookError } from '../stores/headend-book-error.ts';
import { SegmentFiles } from '../stores/segment-files.ts';
import { createStreamHouse } from '../stream/stream-house.ts';
import type { StreamHouse } from '../stream-port.ts';
import { openSenderBook, type SenderBook } from './sender-book.ts';
import { bookIdentity } from './sender-place.ts';
import { readAdmitted } from './session-admission.ts';

export interface SenderDeps {
  readonly folder: string;
  readonly clock: Clock;
  readonly random: Random;
  readonly log: Log;
  /** The registry wants what this process cannot become any more: another book, other ports. It ends, and is started again. */
  readonly onUnfit: (reason: string) => void;
}

interface Running {
  readonly setup: SenderSetup;
  readonly rtspPort: number;
  readonly book: SenderBook;
  readonly house: StreamHouse;
  /** Read at each new TLS connection, so that a new certificate interrupts nothing. */
  readonly tls: { certificatePem: string; keyPem: string };
}

type Answer = Result<unknown, Fault>;

/**
 * The sender as its registry calls it. It opens nothing before a registry has said that the book is sound; from then on it streams
 * whether or not one is there, and a registry that starts again finds it as it is.
 */
export class Sender {
  readonly #deps: SenderDeps;
  /** One opening at a time: a registry can die and start again while it lasts. */
  #opening: Promise<Result<Running, Fault>> | null = null;

  constructor(deps: SenderDeps) {
    this.#deps = deps;
  }

  async answer(call: SenderCall): Promise<Answer> {
    try {
      return await this.#answer(call);
    } catch (thrown) {
      if (thrown instanceof HeadendBookError) return fault(thrown.code, thrown.message);
      throw thrown;
    }
  }

  /** Where it listens, as this machine reaches it; null before a registry has opened it. */
  async rtspUrl(): Promise<string | null> {
    const running = await this.#opening;
    return running?.ok === true ? running.value.house.rtspUrl(reachableHost(running.value.setup.host)) : null;
  }

  /** Ends the streams and makes their counts durable. */
  async close(): Promise<void> {
    const running = await this.#opening;
    if (running?.ok !== true) return;
    await running.value.house.close();
    await running.value.book.close();
  }

  async #answer(call: SenderCall): Promise<Answer> {
    if (call.call === 'open') return await this.#open(call.setup);
    const running = await this.#opening;
    if (running?.ok !== true) return fault('not-open', 'The sender was not opened yet.');
    const { house, book } = running.value;
    if (call.call === 'live') return ok([...(await house.live())]);
    if (call.call === 'views') return ok(await house.views());
    if (call.call === 'fence') return ok(await house.fence(call.sid));
    const admitted = readAdmitted(book, call.admission);
    return admitted.ok ? ok(await house.admit(admitted.value)) : admitted;
  }

  async #open(setup: SenderSetup): Promise<Result<{ readonly rtspPort: number }, Fault>> {
    this.#opening ??= this.#start(setup);
    const running = await this.#opening;
    if (!running.ok) {
      this.#opening = null;
      return running;
    }
    const { tls, rtspPort } = running.value;
    const unfit = unfitness(running.value, setup);
    if (unfit !== null) {
      this.#deps.onUnfit(unfit);
      return fault('unfit', `The sender begins anew: ${unfit}.`);
    }
    tls.certificatePem = setup.certificatePem;
    tls.keyPem = setup.keyPem;
    return ok({ rtspPort });
  }

  async #start(setup: SenderSetup): Promise<Result<Running, Fault>> {
    const { folder, clock, random, log } = this.#deps;
    if (bookIdentity(folder) !== setup.book) return fault('other-book', 'The book that the sender sees is not the one of its registry.');
    const book = openSenderBook(folder, { clock, random });
    const tls = { certificatePem: setup.certificatePem, keyPem: setup.keyPem };
    try {
      await book.opened;
      const parts = { clock, random, log, registry: book, catalogue: book, channels: book.channels, segments: new SegmentFiles(join(folder, 'segments')), tls };
      const house = await createStreamHouse({ ...parts, host: setup.host, rtspPort: setup.rtspPort, rtpPort: setup.rtpPort });
      return ok({ setup, rtspPort: Number(new URL(house.rtspUrl('localhost')).port), book, house, tls });
    } catch (error) {
      await book.close();
      return fault('port-taken', error instanceof Error ? error.message : String(error));
    }
  }
}

/** Why streams that run as they do cannot serve this registry; null where they can. */
function unfitness({ setup, rtspPort }: Running, wanted: SenderSetup): string | null {
  if (wanted.version !== SENDER_LINK_VERSION) return 'the registry is of another version';
  if (wanted.book !== setup.book) return 'another book lies in its place';
  if (wanted.host !== setup.host) return 'it is to listen on another address';
  if (wanted.rtspPort !== 0 && wanted.rtspPort !== rtspPort) return 'it is to listen on another RTSP port';
  return wanted.rtpPort !== 0 && wanted.rtpPort !== setup.rtpPort ? 'it is to send from another RTP port' : null;
}
