/** Structured log lines. Secrets (keys, codes, signatures, PINs) are never passed. */
export interface Log {
  info(event: string, facts?: Readonly<Record<string, unknown>>): void;
  warn(event: string, facts?: Readonly<Record<string, unknown>>): void;
}
