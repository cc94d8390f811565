/** An operating outcome: errors are values with a closed, kebab-case `code`; exceptions are for broken invariants. */
export type Result<T, E> = { readonly ok: true; readonly value: T } | { readonly ok: false; readonly error: E };

export function ok<T>(value: T): { readonly ok: true; readonly value: T } {
  return { ok: true, value };
}

export function err<E>(error: E): { readonly ok: false; readonly error: E } {
  return { ok: false, error };
}

/** An operating error as shown to people: a closed code, and words that say what to do. */
export interface Fault<Code extends string = string> {
  readonly code: Code;
  readonly message: string;
}

export function fault<Code extends string>(code: Code, message: string): { readonly ok: false; readonly error: Fault<Code> } {
  return { ok: false, error: { code, message } };
}
