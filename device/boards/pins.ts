/** A change of an input, stamped by whoever saw it first. */
export interface PinEdge {
  readonly pin: number;
  readonly high: boolean;
  /** Of the monotonic clock of the machine. */
  readonly atNs: bigint;
}

/** The lines of a board, whatever is behind them: the kernel's GPIO, or a simulation. johnny-five sees them through PinIo. */
export interface Pins {
  readonly name: string;
  /** Null where nobody can say. */
  level(pin: number): boolean | null;
  write(pin: number, high: boolean): void;
  onEdge(listener: (edge: PinEdge) => void): () => void;
  /** Lets go of every line; outputs fall to low, which is off, mute and inhibited. */
  close(): Promise<void>;
}
