import { bookFixture } from '../unit/headend/stores/book-fixture.ts';
import { headendStoresContract } from './headend-stores.contract.ts';

headendStoresContract('SQLite', () => {
  const fixture = bookFixture();
  return { book: fixture.book, advance: (milliseconds) => fixture.clock.advance(milliseconds), remove: fixture.remove };
});
