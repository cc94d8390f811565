import { mkdir, readFile, rename, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { Value } from '@sinclair/typebox/value';
import { limits } from '../../src/limits.ts';
import type { Clock } from '../../src/ports/clock.ts';
import type { HeadendApi } from '../../src/ports/headend-api.ts';
import type { Log } from '../../src/ports/log.ts';
import { CatalogueResponse, type CatalogueWork } from '../../src/wire/http-api.ts';
import type { CatalogueView } from '../session/box-parts.ts';

/** While the catalogue is still empty the headend is asked this often: works appear as they are ingested. */
const EAGER_MS = 300;
/** Then as long as works may still be coming. */
const KEEN_MS = 2_000;
const KEEN_FOR_MS = 120_000;

/**
 * The works of the headend, kept in a file so that the box can show them at once and without a network. A cache: whatever is
 * wrong with the file, the headend is asked again.
 */
export class CatalogueCache implements CatalogueView {
  readonly #folder: string;
  readonly #headend: HeadendApi;
  readonly #clock: Clock;
  readonly #log: Log;
  readonly #onChange: () => void;
  #catalogue: CatalogueResponse = { version: '', works: [] };
  #byId = new Map<string, CatalogueWork>();
  #cancel: () => void = () => {};
  #keenUntilMs = 0;
  #closed = false;

  constructor(options: { readonly folder: string; readonly headend: HeadendApi; readonly clock: Clock; readonly log: Log; readonly onChange: () => void }) {
    this.#folder = options.folder;
    this.#headend = options.headend;
    this.#clock = options.clock;
    this.#log = options.log;
    this.#onChange = options.onChange;
  }

  /** Takes what the last run kept: before plays are taken up again, for they need their works. */
  async load(): Promise<void> {
    const kept = await readFile(this.#file(), 'utf8').catch(() => '');
    const parsed = parseCatalogue(kept);
    if (parsed !== null) this.#adopt(parsed);
  }

  async start(): Promise<void> {
    await mkdir(join(this.#folder, 'covers'), { recursive: true });
    this.#keenUntilMs = this.#clock.wallMs() + KEEN_FOR_MS;
    await this.#ask();
  }

  close(): void {
    this.#closed = true;
    this.#cancel();
  }

  works(): readonly CatalogueWork[] {
    return this.#catalogue.works;
  }

  work(id: string): CatalogueWork | null {
    return this.#byId.get(id) ?? null;
  }

  offered(id: string): CatalogueWork | null {
    return this.work(id);
  }

  version(): string {
    return this.#catalogue.version;
  }

  /** The picture of a cover hash, from the box where it was fetched before; null where there is none or no way to get it. */
  async cover(hash: string): Promise<{ readonly bytes: Uint8Array; readonly contentType: string } | null> {
    if (!/^[0-9a-f]{64}$/.test(hash)) return null;
    const file = join(this.#folder, 'covers', hash);
    const kept = await readFile(file).catch(() => null);
    if (kept !== null) return { bytes: kept, contentType: 'image/jpeg' };
    const fetched = await this.#headend.cover(hash);
    if (!fetched.ok) return null;
    await writeFile(`${file}.part`, fetched.value.bytes);
    await rename(`${file}.part`, file);
    return fetched.value;
  }

  async #ask(): Promise<void> {
    const answer = await this.#headend.catalogue(this.#catalogue.version === '' ? null : this.#catalogue.version);
    if (answer.ok && answer.value !== 'unchanged') await this.#keep(answer.value);
    if (!answer.ok && answer.error.code !== 'unreachable') this.#log.warn('catalogue-refused', { code: answer.error.code, problem: answer.error.problem });
    if (this.#closed) return;
    this.#cancel = this.#clock.after(this.#pauseMs(), () => void this.#ask());
  }

  #pauseMs(): number {
    if (this.#catalogue.works.length === 0) return EAGER_MS;
    return this.#clock.wallMs() < this.#keenUntilMs ? KEEN_MS : limits.reportIntervalMs;
  }

  async #keep(catalogue: CatalogueResponse): Promise<void> {
    this.#adopt(catalogue);
    this.#onChange();
    const part = `${this.#file()}.part`;
    await writeFile(part, JSON.stringify(catalogue))
      .then(() => rename(part, this.#file()))
      .catch((error: unknown) => this.#log.warn('catalogue-not-kept', { message: String(error) }));
  }

  #adopt(catalogue: CatalogueResponse): void {
    this.#catalogue = catalogue;
    this.#byId = new Map(catalogue.works.map((work) => [work.id, work]));
  }

  #file(): string {
    return join(this.#folder, 'catalogue.json');
  }
}

function parseCatalogue(text: string): CatalogueResponse | null {
  try {
    const value: unknown = JSON.parse(text);
    return Value.Check(CatalogueResponse, value) ? value : null;
  } catch {
    return null;
  }
}
