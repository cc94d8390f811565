import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { afterEach, expect, test } from 'vitest';
import { readModels } from '../../../../src/authoring/pricing/read-model.ts';
import { VendorDesk } from '../../../../src/headend/pricing/vendor-desk.ts';
import { VendorSender } from '../../../../src/headend/pricing/vendor-sender.ts';
import { postJson } from '../../../../src/platform/post-json.ts';
import { systemClock } from '../../../../src/platform/system-clock.ts';
import { type BookFixture, bookFixture } from '../stores/book-fixture.ts';

let fixture: BookFixture | null = null;
let server: Server | null = null;
afterEach(async () => {
  fixture?.remove();
  fixture = null;
  await new Promise<void>((done) => (server === null ? done() : server.close(() => done())));
  server = null;
});

const XML = `<?xml version="1.0"?><pricingModel version="1.0"><pricingModelID value="v"/><description>d</description><pricingExpression>
  <billingCycle><monthly dayOfMonth="1"/></billingCycle><alternatePricing><billingAttributes><fixedRateUseCost currency="EUR" value="1"/></billingAttributes>
  <triggerDefinitions><instanceTrigger><triggerEntry><condition type="integer" value="1"/><loyaltyPoints value="25"/></triggerEntry></instanceTrigger>
  </triggerDefinitions></alternatePricing></pricingExpression></pricingModel>`;

test('an unknown result of a trigger reaches the vendor, after his server was down, once, and is in the log', async () => {
  const opened = bookFixture();
  fixture = opened;
  const { book, clock } = opened;
  const { vendor } = book.defaults();
  const uploaded = new VendorDesk(book).upload(readModels, vendor, XML);
  if (!uploaded.ok) throw new Error(uploaded.error.message);
  const use = {
    event: 'e1',
    kind: 'use',
    playId: null,
    userId: 'u1',
    resourceId: 'r1',
    modelHash: uploaded.value.hash,
    currency: 'EUR',
    standing: true,
  } as const;
  book.recordUses([{ ...use, startMs: clock.wallMs(), durationMs: 1_000, amountMinor: 100n }]);
  await clock.advance(5_000);
  while (book.refreshLicences(10) > 0) {}

  const bodies: unknown[] = [];
  let status = 503;
  const listening = createServer((request, answer) => {
    let body = '';
    request.on('data', (part) => {
      body += String(part);
    });
    request.on('end', () => {
      bodies.push(JSON.parse(body));
      answer.writeHead(status).end();
    });
  });
  server = listening;
  await new Promise<void>((done) => listening.listen(0, '127.0.0.1', done));
  const logged: string[] = [];
  const log = { info: (name: string) => void logged.push(name), warn: (name: string) => void logged.push(name) };
  const sender = new VendorSender({ store: book, post: (address, body) => postJson(systemClock, 5_000, address, body), wallMs: () => clock.wallMs(), log });

  await sender.turn();
  expect(bodies).toEqual([]);
  book.putVendorAddress(vendor, `http://127.0.0.1:${(listening.address() as AddressInfo).port}/results`);
  await sender.turn();
  await sender.turn();
  expect(book.vendorResults(5)).toMatchObject([{ state: 'waiting', attempts: 1, lastError: 'the vendor answered 503' }]);
  status = 204;
  await clock.advance(31_000);
  await sender.turn();
  await clock.advance(3_600_000);
  while (book.refreshLicences(10) > 0) {}
  await sender.turn();
  const result = { account: 'u1', resource: 'r1', result: 'loyaltyPoints', attributes: { value: '25' } };
  expect(bodies).toMatchObject([result, result]);
  expect(bodies[0]).toEqual(bodies[1]);
  expect(logged).toEqual(['vendor-result-failed', 'vendor-result-delivered']);
  expect(book.vendorResults(5)).toMatchObject([{ state: 'delivered', attempts: 2 }]);
});
