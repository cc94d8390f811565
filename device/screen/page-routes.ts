import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { FastifyInstance } from 'fastify';
import { projectRoot } from '../../src/platform/project-root.ts';
import { builtPage } from './page-build.ts';
import { encode } from './view-stream.ts';

const PAGE_POLICY =
  "default-src 'none'; img-src 'self' data:; media-src 'self'; style-src 'self'; script-src 'self'; connect-src 'self'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'";
const HEADERS = { 'content-security-policy': PAGE_POLICY, 'cache-control': 'no-cache', 'x-content-type-options': 'nosniff' };
const SOURCE = join(projectRoot, 'device', 'screen', 'page');

/**
 * The page, with its first view in it: it can be drawn without another question.
 * @param first what the page knows from the start, asked for each time
 */
export function addPage(app: FastifyInstance, first: () => Promise<unknown>): void {
  app.get('/', async (_request, reply) => {
    const [page, facts] = await Promise.all([readFile(join(SOURCE, 'page.html'), 'utf8'), first()]);
    // Nothing in a title may end the element that it stands in.
    const json = encode(facts).replaceAll('<', '\\u003c');
    return reply
      .type('text/html; charset=utf-8')
      .headers(HEADERS)
      .send(page.replace('{first}', () => json));
  });
  app.get('/page.css', async (_request, reply) =>
    reply
      .type('text/css; charset=utf-8')
      .headers(HEADERS)
      .send(await readFile(join(SOURCE, 'page.css'))),
  );
  app.get('/page.js', async (_request, reply) =>
    reply
      .type('text/javascript; charset=utf-8')
      .headers(HEADERS)
      .send(await readFile(await builtPage())),
  );
}
