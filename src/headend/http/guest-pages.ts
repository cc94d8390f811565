import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify';
import type { GuestPages } from '../../guests/guest-pages.ts';

const FORM_BYTES = 4_096;

/** A Fastify plugin: the pages of guests with phones, under `/g/`. */
export async function guestPages(app: FastifyInstance, pages: GuestPages): Promise<void> {
  app.addContentTypeParser('application/x-www-form-urlencoded', { parseAs: 'string', bodyLimit: FORM_BYTES }, (_request, body, done) =>
    done(null, new URLSearchParams(String(body))),
  );
  const answer = async (request: FastifyRequest, reply: FastifyReply): Promise<FastifyReply> => {
    const { pathname, searchParams } = new URL(request.url, 'https://headend');
    const page = await pages.handle({
      method: request.method === 'POST' ? 'POST' : 'GET',
      path: pathname,
      query: searchParams,
      form: request.body instanceof URLSearchParams ? request.body : new URLSearchParams(),
      cookies: request.headers.cookie ?? '',
      acceptLanguage: request.headers['accept-language'] ?? '',
      peer: request.ip,
    });
    return reply.code(page.status).headers(page.headers).send(page.body);
  };
  app.get('/g/*', answer);
  app.post('/g/*', { bodyLimit: FORM_BYTES }, answer);
}
