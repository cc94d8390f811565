import { CCTALK, CCTALK_ACCEPTOR, type CctalkEvent, cctalkCoin, decodeCctalkEvents } from '../../src/wire/cctalk.ts';
import { CCTALK_COUNTRY, CctalkDevice, type CctalkNews, type CctalkOptions } from './cctalk-device.ts';

const POSITIONS = 16;
/** Error codes of a coin acceptor that stop it until somebody looks (specification part 3, table 2): blocked sensors, jams, a coin on a string. */
const SERIOUS: ReadonlySet<number> = new Set([6, 7, 12, 14, 15, 16, 17, 20, 254, 255]);

/** A ccTalk coin acceptor. Faults: acceptor-silent, acceptor-alien, acceptor-error, coins-lost, coin-unknown. */
export class CctalkAcceptor extends CctalkDevice<CctalkEvent> {
  readonly source = 'cctalk';
  readonly title = 'coin acceptor';
  protected readonly category = 'Coin Acceptor';
  protected readonly address = CCTALK_ACCEPTOR;
  protected readonly silentFault = 'acceptor-silent';
  /** By position; positions of another currency stay inhibited. */
  #coins: readonly (bigint | null)[] = [];

  constructor(options: CctalkOptions) {
    super(options, 'cctalk-acceptor.json');
  }

  protected async introduce(): Promise<boolean> {
    const coins: (bigint | null)[] = [];
    for (let position = 1; position <= POSITIONS; position++) {
      const id = await this.ask(CCTALK.coinId, [position]);
      const coin = id.ok ? cctalkCoin(id.value) : null;
      coins.push(coin !== null && CCTALK_COUNTRY[coin.country] === this.options.currency ? coin.valueMinor : null);
    }
    this.#coins = coins;
    const mask = coins.reduce((bits, coin, index) => (coin === null ? bits : bits | (1 << index)), 0);
    return (await this.ask(CCTALK.inhibits, [mask & 0xff, mask >> 8])).ok;
  }

  protected async readEvents(): ReturnType<CctalkDevice<CctalkEvent>['readEvents']> {
    const answer = await this.ask(CCTALK.readEvents);
    return answer.ok ? decodeCctalkEvents(answer.value) : answer;
  }

  protected take(events: readonly CctalkEvent[]): CctalkNews {
    const { onFault } = this.options;
    const valuesMinor: bigint[] = [];
    for (const one of events) {
      const valueMinor = one.kind === 'coin' ? (this.#coins[one.position - 1] ?? null) : null;
      if (one.kind === 'error' && SERIOUS.has(one.code)) onFault('acceptor-error', `The coin acceptor reports error ${one.code}: open it and clear it.`);
      if (one.kind === 'coin' && valueMinor === null)
        onFault('coin-unknown', `The coin acceptor took a coin of position ${one.position}, which has no value here.`);
      if (valueMinor !== null) valuesMinor.push(valueMinor);
    }
    return { valuesMinor, escrow: null };
  }
}
