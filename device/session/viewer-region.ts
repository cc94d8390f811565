import type { BoxVocabulary } from './box-setup.ts';

/** Who watches: nobody has a name here, somebody is asked who he is, or for a PIN, or is known. The desk of the viewers knows which of them. */
export function viewerRegion(vocabulary: BoxVocabulary) {
  return vocabulary.createStateConfig({
    initial: 'alone',
    on: { 'viewer.none': '.alone', 'viewer.asked': '.choosing', 'viewer.known': '.watching', 'pin.asked': '.pin' },
    states: { alone: {}, choosing: {}, pin: {}, watching: {} },
  });
}
