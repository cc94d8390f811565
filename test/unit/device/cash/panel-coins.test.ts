import { expect, test } from 'vitest';
import { PanelCoins } from '../../../../device/cash/panel-coins.ts';
import { encodeSetup } from '../../../../src/wire/panel-board.ts';
import { SeededRandom } from '../../../fakes/seeded-random.ts';

test('every board that comes, again after a reset too, learns what this acceptor calls a pulse', () => {
  const pulses = { shortestMs: 20, longestMs: 80, burstPauseMs: 250 };
  const book = { getSetting: async () => null, putSetting: async () => {} };
  const coins = new PanelCoins({ book, random: new SeededRandom(1), valuesMinor: [100n], pulses, faults: { fault() {}, cleared() {} } });
  const sent: (readonly number[])[] = [];
  coins.connected((message) => sent.push(message));
  coins.connected(null);
  coins.connected((message) => sent.push(message));
  expect(sent).toEqual([encodeSetup(pulses), encodeSetup(pulses)]);
});
