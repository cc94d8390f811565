import type { TSchema } from '@sinclair/typebox';
import { Problem } from '../../wire/http-api.ts';
import type { Route } from './route.ts';

/** The OpenAPI 3.1 document of these routes. TypeBox schemas are JSON Schema already, so they stand in it as they are. */
export function openApiDocument(routes: readonly Route[]): Readonly<Record<string, unknown>> {
  const paths: Record<string, Record<string, unknown>> = {};
  for (const route of routes) {
    const path = route.path.replace(/:(\w+)/g, '{$1}');
    paths[path] = { ...paths[path], [route.method.toLowerCase()]: operation(route) };
  }
  return {
    openapi: '3.1.0',
    info: {
      title: 'Ackbox headend',
      version: '1',
      description: 'Requests of boxes are signed with the Ed25519 key of the device over TLS with the pinned CA.',
    },
    paths,
    components: {
      schemas: { Problem: plain(Problem) },
      securitySchemes: {
        device: { type: 'apiKey', in: 'header', name: 'Ackbox-Signature', description: 'Ed25519 over the request; Ackbox-Outlet names the box.' },
        operator: { type: 'http', scheme: 'bearer', description: 'The operator token in the data folder of the headend.' },
      },
    },
  };
}

function operation(route: Route): Readonly<Record<string, unknown>> {
  const parameters = [...route.path.matchAll(/:(\w+)/g)].map(([, name]) => ({ name, in: 'path', required: true, schema: { type: 'string' } }));
  return {
    summary: route.summary,
    ...(route.access === 'open' ? { security: [] } : { security: [{ [route.access]: [] }] }),
    ...(parameters.length === 0 ? {} : { parameters }),
    ...(route.body === null ? {} : { requestBody: { required: true, content: { 'application/json': { schema: plain(route.body) } } } }),
    responses: {
      '2XX': { description: 'Done', ...(route.response === null ? {} : { content: { 'application/json': { schema: plain(route.response) } } }) },
      default: { description: 'Refused', content: { 'application/problem+json': { schema: { $ref: '#/components/schemas/Problem' } } } },
    },
  };
}

/** Without TypeBox's own symbols. */
function plain(schema: TSchema): unknown {
  return JSON.parse(JSON.stringify(schema));
}
