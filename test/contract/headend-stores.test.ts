import { bookFixture } from '../unit/headend/stores/book-fixture.ts';
import { type DurableBook, headendDesksContract } from './headend-desks.contract.ts';
import { headendPricesContract } from './headend-prices.contract.ts';
import { headendReadsContract } from './headend-reads.contract.ts';
import { headendStoresContract } from './headend-stores.contract.ts';

headendStoresContract('SQLite', () => {
  const fixture = bookFixture();
  return { book: fixture.book, advance: (milliseconds) => fixture.clock.advance(milliseconds), remove: fixture.remove };
});

const durable = (): DurableBook => {
  const fixture = bookFixture();
  return {
    book: () => fixture.book,
    reopen: () => void fixture.reopen(),
    nowMs: () => fixture.clock.wallMs(),
    advance: (milliseconds) => fixture.clock.advance(milliseconds),
    remove: fixture.remove,
  };
};
headendDesksContract('SQLite', durable);
headendPricesContract('SQLite', durable);
headendReadsContract('SQLite', durable);
