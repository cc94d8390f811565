import { type BoxContext, firstContext } from './box-context.ts';
import { type BoxEffects, boxVocabulary } from './box-setup.ts';
import { cashRegion } from './cash-region.ts';
import { channelRegion } from './channel-region.ts';
import { connectivityRegion } from './connectivity-region.ts';
import { playbackRegion } from './playback-region.ts';
import { powerRegion } from './power-region.ts';
import { serviceRegion } from './service-region.ts';
import { soundRegion } from './sound-region.ts';
import { viewerRegion } from './viewer-region.ts';

/** The box as a statechart of eight parallel regions. Per-packet work stays outside: it hears only edges (stalled, confirmed, ended). */
export function createBoxMachine(effects?: BoxEffects, context: BoxContext = firstContext) {
  const vocabulary = boxVocabulary(effects);
  return vocabulary.createMachine({
    id: 'box',
    type: 'parallel',
    context,
    states: {
      playback: playbackRegion(vocabulary),
      cash: cashRegion(vocabulary),
      connectivity: connectivityRegion(vocabulary),
      service: serviceRegion(vocabulary),
      sound: soundRegion(vocabulary),
      channel: channelRegion(vocabulary),
      viewer: viewerRegion(vocabulary),
      power: powerRegion(vocabulary),
    },
  });
}

export type BoxMachine = ReturnType<typeof createBoxMachine>;
