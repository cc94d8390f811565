/** A broken invariant. The process that meets one stops, and starts again from what is durable. */
export class BrokenInvariant extends Error {
  override readonly name = 'BrokenInvariant';
}

/** @param message a function where it is put together: what holds a thousand times a second is not described each time */
export function assert(condition: boolean, message: string | (() => string)): asserts condition {
  if (!condition) throw new BrokenInvariant(typeof message === 'string' ? message : message());
}

/** For the `default:` of a switch over a closed union: a new member fails to compile here. */
export function unreachable(value: never): never {
  throw new BrokenInvariant(`unreachable: ${JSON.stringify(value)}`);
}
