/** How the packets of one play are put for the player. */
export interface PlayerStream {
  /** mpv's name of the container. */
  readonly format: 'ogg' | 'mpegts' | 'wav';
  /** At 48 kHz. */
  readonly samplesPerPacket: number;
  /** What goes before the first packet. */
  head(): Uint8Array | null;
  /** A packet, or what stands for a lost one; null: nothing does. */
  page(packet: Uint8Array | null): Uint8Array | null;
  /** What goes behind the last packet, so that a player that never sees an end of file plays it. */
  tail(): readonly Uint8Array[];
}
