import type { ContentSource } from '../../src/ports/content-source.ts';
import type { Result } from '../../src/units/result.ts';

/** What a streamed source asks of its connection. */
export interface StreamControl {
  play(packetIndex: number): Promise<Result<unknown, { readonly message: string }>>;
  pause(): Promise<Result<unknown, { readonly message: string }>>;
  tearDown(): Promise<void>;
}

/** Packets streamed from the headend under the credit window (ruling 12): RTSP asks, RTP brings them into the playout buffer. */
export class StreamedSource implements ContentSource {
  readonly kind = 'streamed';
  readonly #control: () => StreamControl | null;
  readonly #onFault: (message: string) => void;

  /** @param control the connection of the present epoch, null while there is none */
  constructor(control: () => StreamControl | null, onFault: (message: string) => void) {
    this.#control = control;
    this.#onFault = onFault;
  }

  async request(packetIndex: number): Promise<void> {
    await this.#tell((control) => control.play(packetIndex));
  }

  async pause(): Promise<void> {
    await this.#tell((control) => control.pause());
  }

  async close(): Promise<void> {
    await this.#control()?.tearDown();
  }

  async #tell(ask: (control: StreamControl) => Promise<Result<unknown, { readonly message: string }>>): Promise<void> {
    const control = this.#control();
    const answer = control === null ? null : await ask(control);
    if (answer?.ok === false) this.#onFault(answer.error.message);
  }
}
