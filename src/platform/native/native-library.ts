import { assert } from '../../units/assert.ts';

/** A C function whose arguments and result are integers: counts, descriptors, and addresses inside a room. */
export type NativeFunction = (...args: readonly number[]) => number;

/** Memory that stays where it is, so that C functions can be told places in it. */
export interface NativeRoom {
  readonly bytes: Uint8Array;
  readonly view: DataView;
  /** Of `bytes[0]`. */
  readonly address: number;
}

/** The C functions of one library, or of this very process: those of the C library, and of the OpenSSL that Node brings and lets addons use. */
export interface NativeLibrary {
  /** @throws where there is no such function */
  find(name: string, result: 'int' | 'uintptr_t', args: readonly ('int' | 'uint' | 'size_t' | 'uintptr_t')[]): NativeFunction;
  room(bytes: number): NativeRoom;
  /** Why the last function failed (errno(3)). */
  errno(): number;
}

/**
 * Opens it where it can be had: Linux of 64 bits with the optional package `koffi`. It is loaded by whoever calls this and by nobody
 * else, as a box has no room for it.
 * @param file the library as the loader finds it; null: this process
 * @returns null where it is not to be had; everything has a slower way
 */
export async function openNativeLibrary(file: string | null = null): Promise<NativeLibrary | null> {
  if (process.platform !== 'linux' || !['x64', 'arm64'].includes(process.arch)) return null;
  try {
    const { default: koffi } = await import('koffi');
    const self = koffi.load(file);
    return {
      find: (name, result, args) => self.func(name, result, [...args]),
      errno: () => koffi.errno(),
      room: (count) => {
        const bytes = new Uint8Array(Buffer.allocUnsafeSlow(count).fill(0).buffer);
        const address = Number(koffi.address(bytes));
        assert(bytes.length === count && Number.isSafeInteger(address), 'a room lies where a number can say');
        return { bytes, view: new DataView(bytes.buffer), address };
      },
    };
  } catch {
    return null;
  }
}
