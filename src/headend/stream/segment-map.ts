import type { StoredRendition, StoredWork } from '../../ports/headend-stores.ts';
import { assert } from '../../units/assert.ts';
import { PacketMap } from '../../wire/packet-map.ts';

/** The segments of a work in the store, and which packet lies where. */
export class SegmentMap extends PacketMap {
  readonly segments: readonly string[];

  constructor(work: Pick<StoredWork, 'packets' | 'segments' | 'video'>, rendition: StoredRendition | null) {
    assert((work.video === undefined) === (rendition === null), 'a film is sent in one of its renditions');
    super(work.packets, rendition);
    this.segments = rendition === null ? work.segments : rendition.segments;
  }
}
