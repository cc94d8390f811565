import { Value } from '@sinclair/typebox/value';
import type { OrderData } from '../../src/domain/usage/record-bodies.ts';
import { canonicalJson } from '../../src/wire/canonical-json.ts';
import { TitleEvent } from '../../src/wire/title-event.ts';
import type { EventDraft } from './event-call.ts';
import type { EmitFault, UsageWriter } from './usage-writer.ts';

export type TitleAnswer =
  | { readonly id: string; readonly ok: true; readonly duplicate: boolean }
  | {
      readonly id: string | null;
      readonly ok: false;
      readonly code: EmitFault['code'] | 'not-json' | 'not-understood' | 'conflict' | 'busy';
      readonly message: string;
    };

/** Events remembered by (source, id): a title that repeats itself after a lost answer does so soon. */
const REMEMBERED = 10_000;

/** Ready-made records of titles: checked against the schema, each written once. */
export class TitleIntake {
  readonly #writer: Pick<UsageWriter, 'emitReady'>;
  readonly #seen = new Map<string, string>();

  constructor(writer: Pick<UsageWriter, 'emitReady'>) {
    this.#writer = writer;
  }

  /** One event as one line of JSON. Resolves when it stands among the records that are written next (ruling 33). */
  async take(line: string): Promise<TitleAnswer> {
    const event = parse(line);
    if (event === undefined) return refuse(null, 'not-json', 'The line is not JSON.');
    const first = Value.Errors(TitleEvent, event).First();
    if (first !== undefined) return refuse(idOf(event), 'not-understood', `${first.path || '/'}: ${first.message}. ackbox usage schema prints what is.`);
    return await this.#takeEvent(event as TitleEvent);
  }

  async #takeEvent(event: TitleEvent): Promise<TitleAnswer> {
    const [name, payload] = [JSON.stringify([event.source, event.id]), canonicalJson(event.data)];
    const known = this.#seen.get(name);
    if (known === payload) return { id: event.id, ok: true, duplicate: true };
    if (known !== undefined) return refuse(event.id, 'conflict', 'This source has given this id to another event.');
    this.#remember(name, payload);
    try {
      const written = await this.#writer.emitReady(draftOf(event));
      if (written.ok) return { id: event.id, ok: true, duplicate: false };
      this.#seen.delete(name);
      return refuse(event.id, written.error.code, written.error.message);
    } catch (error) {
      this.#seen.delete(name);
      return refuse(event.id, 'busy', error instanceof Error ? error.message : String(error));
    }
  }

  #remember(name: string, payload: string): void {
    this.#seen.set(name, payload);
    if (this.#seen.size <= REMEMBERED) return;
    const oldest = this.#seen.keys().next().value;
    if (oldest !== undefined) this.#seen.delete(oldest);
  }
}

function draftOf({ source, id, data }: TitleEvent): EventDraft {
  const { EventType, TitleDomain, domains, PlaceId, ConsumerId, EntryMethod, ViewId, Feature, order } = data;
  return {
    eventType: EventType,
    domains: [...domains],
    titleDomain: TitleDomain,
    entryMethod: EntryMethod ?? '5',
    ...(PlaceId === undefined ? {} : { placeId: PlaceId }),
    ...(ConsumerId === undefined ? {} : { consumerId: ConsumerId }),
    data: {
      eventSource: source,
      eventId: id,
      ...(ViewId === undefined ? {} : { ViewId }),
      ...(Feature === undefined ? {} : { Feature }),
      ...(order === undefined ? {} : { order: order as OrderData }),
    },
  };
}

function parse(line: string): unknown {
  try {
    return JSON.parse(line);
  } catch {
    return undefined;
  }
}

function idOf(event: unknown): string | null {
  return typeof event === 'object' && event !== null && 'id' in event && typeof event.id === 'string' ? event.id.slice(0, 100) : null;
}

function refuse(id: string | null, code: Extract<TitleAnswer, { ok: false }>['code'], message: string): TitleAnswer {
  return { id, ok: false, code, message };
}
