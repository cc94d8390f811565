/**
 * Where a play's packets come from (ruling 12): streamed from the headend under the credit window, or downloaded before and
 * read from this box. Both yield the packets of one work in order.
 */
export interface ContentSource {
  readonly kind: 'streamed' | 'downloaded';
  /** Asks for packets from `packetIndex` on; replaces an earlier request. */
  request(packetIndex: number): Promise<void>;
  pause(): Promise<void>;
  close(): Promise<void>;
}
