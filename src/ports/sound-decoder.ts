/** Turns the packets of one work into samples, in order. */
export interface SoundDecoder {
  /**
   * Two channels of 16 bits, interleaved: 960 samples each, the ones before the pre-skip included. Null conceals a packet that is lost;
   * so does one that is not 20 ms of Opus. What it gives is the caller's until the next call.
   */
  decode(packet: Uint8Array | null): Int16Array;
}
