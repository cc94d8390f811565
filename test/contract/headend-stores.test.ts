import { bookFixture } from '../unit/headend/stores/book-fixture.ts';
import { headendDesksContract } from './headend-desks.contract.ts';
import { headendStoresContract } from './headend-stores.contract.ts';

headendStoresContract('SQLite', () => {
  const fixture = bookFixture();
  return { book: fixture.book, advance: (milliseconds) => fixture.clock.advance(milliseconds), remove: fixture.remove };
});

headendDesksContract('SQLite', () => {
  const fixture = bookFixture();
  return { book: () => fixture.book, reopen: () => void fixture.reopen(), remove: fixture.remove };
});
