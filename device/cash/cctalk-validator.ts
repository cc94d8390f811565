import { minorDigits } from '../../src/units/money.ts';
import { CCTALK, CCTALK_VALIDATOR, type CctalkBillEvent, cctalkBill, cctalkScaling, decodeCctalkBillEvents } from '../../src/wire/cctalk.ts';
import { CCTALK_COUNTRY, CctalkDevice, type CctalkNews, type CctalkOptions, type Escrow } from './cctalk-device.ts';

const BILLS = 16;
const WITH_STACKER_AND_ESCROW = 3;
const ROUTE = { back: 0, stack: 1 } as const;
/** Status codes that somebody has to look at (specification part 2, header 159): jams, a stacker that is full, faulty or away. */
const SERIOUS: ReadonlySet<number> = new Set([6, 7, 11, 13, 14, 15, 16, 19]);
const FRAUD: ReadonlySet<number> = new Set([8, 9, 17, 18]);

/**
 * A ccTalk bill validator with escrow. A bill that is held is written down as dirty before it is routed, and is the box's (committed) only when
 * the validator says that it was stacked; returned, it was never anybody's else. A box that may not take money gives it back.
 * Faults: bills-silent, acceptor-alien, bills-error, bill-fraud, coins-lost, coin-unknown, bill-unsettled.
 */
export class CctalkValidator extends CctalkDevice<CctalkBillEvent> {
  readonly source = 'cctalk-bills';
  readonly title = 'bill validator';
  protected readonly category = 'Bill Validator';
  protected readonly address = CCTALK_VALIDATOR;
  protected readonly silentFault = 'bills-silent';
  /** By number; bills of another currency stay inhibited. */
  #bills: readonly (bigint | null)[] = [];

  constructor(options: CctalkOptions) {
    super(options, 'cctalk-validator.json');
  }

  protected async introduce(): Promise<boolean> {
    const bills: (bigint | null)[] = [];
    for (let number = 1; number <= BILLS; number++) bills.push(await this.#valueOf(number));
    this.#bills = bills;
    const mask = bills.reduce((bits, bill, index) => (bill === null ? bits : bits | (1 << index)), 0);
    const mode = await this.ask(CCTALK.billMode, [WITH_STACKER_AND_ESCROW]);
    return mode.ok && (await this.ask(CCTALK.inhibits, [mask & 0xff, mask >> 8])).ok;
  }

  async #valueOf(number: number): Promise<bigint | null> {
    const id = await this.ask(CCTALK.billId, [number]);
    const bill = id.ok ? cctalkBill(id.value) : null;
    if (bill === null || CCTALK_COUNTRY[bill.country] !== this.options.currency) return null;
    const asked = await this.ask(
      CCTALK.billScaling,
      [...bill.country].map((letter) => letter.charCodeAt(0)),
    );
    const scaling = asked.ok ? cctalkScaling(asked.value) : null;
    if (scaling === null) return null;
    const minor = bill.value * scaling.factor * 10n ** BigInt(minorDigits(this.options.currency));
    const unit = 10n ** BigInt(scaling.decimals);
    return minor % unit === 0n ? minor / unit : null;
  }

  protected async readEvents(): ReturnType<CctalkDevice<CctalkBillEvent>['readEvents']> {
    const answer = await this.ask(CCTALK.readBillEvents);
    return answer.ok ? decodeCctalkBillEvents(answer.value) : answer;
  }

  protected take(events: readonly CctalkBillEvent[], held: Escrow | null): CctalkNews {
    const valuesMinor: bigint[] = [];
    let escrow = held;
    for (const one of events) {
      if (one.kind === 'status') this.#tell(one.code);
      else if (one.kind === 'returned') escrow = null;
      else {
        const valueMinor = this.#bills[one.bill - 1] ?? null;
        if (valueMinor === null) this.options.onFault('coin-unknown', `The bill validator took a bill of number ${one.bill}, which has no value here.`);
        else if (one.kind === 'stacked') valuesMinor.push(valueMinor);
        escrow = one.kind === 'escrow' && valueMinor !== null ? { bill: one.bill, valueMinor: String(valueMinor) } : null;
      }
    }
    return { valuesMinor, escrow };
  }

  /** Asked again at every poll until the validator says where the bill went. */
  protected override async route(escrow: Escrow | null): Promise<void> {
    if (escrow !== null) await this.ask(CCTALK.routeBill, [this.wanted ? ROUTE.stack : ROUTE.back]);
  }

  protected override lost({ valueMinor }: Escrow): void {
    this.options.onFault(
      'bill-unsettled',
      `The bill validator lost its power while it held a bill of ${valueMinor} minor units: look where it is. It was not credited.`,
    );
  }

  #tell(code: number): void {
    const { onFault } = this.options;
    if (SERIOUS.has(code)) onFault('bills-error', `The bill validator reports status ${code}: open it and clear it.`);
    if (FRAUD.has(code)) onFault('bill-fraud', `The bill validator reports status ${code}: somebody tampers with it.`);
  }
}
