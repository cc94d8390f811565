import type { SegmentStore } from '../../ports/segment-store.ts';
import { CatalogueResponse } from '../../wire/http-api.ts';
import type { CatalogueView } from '../catalogue-view.ts';
import { httpFault } from './problems.ts';
import { headerOf } from './request-guard.ts';
import { deviceRoute, type Route } from './route.ts';

export interface CatalogueRoutesDeps {
  readonly catalogue: CatalogueView;
  readonly segments: SegmentStore;
}

export function catalogueRoutes(deps: CatalogueRoutesDeps): readonly Route[] {
  return [
    deviceRoute(
      {
        method: 'GET',
        path: '/v1/catalogue',
        summary: 'All works on offer; 304 where If-None-Match names this version',
        body: null,
        response: CatalogueResponse,
      },
      (request, outlet) => {
        const { version, json } = deps.catalogue.current(outlet);
        const etag = `"${version}"`;
        const headers = { etag, 'cache-control': 'private, no-cache' };
        if (headerOf(request, 'if-none-match') === etag) return { ok: true, value: { status: 304, body: '', headers } };
        return { ok: true, value: { status: 200, body: json, contentType: 'application/json', headers } };
      },
    ),
    deviceRoute({ method: 'GET', path: '/v1/covers/:hash', summary: 'The cover picture of a work', body: null, response: null }, async (request) => {
      const hash = request.params.hash ?? '';
      // Covers and paid segments share one store: only what the catalogue shows as a cover is given away.
      if (!deps.catalogue.isCover(hash) || !(await deps.segments.has(hash))) return httpFault('not-found', 'No work on offer has this cover.');
      const bytes = await deps.segments.get(hash);
      return {
        ok: true,
        value: { status: 200, body: Buffer.from(bytes), contentType: pictureType(bytes), headers: { 'cache-control': 'private, max-age=31536000, immutable' } },
      };
    }),
  ];
}

/** By its first bytes: tags lie. */
function pictureType(bytes: Uint8Array): string {
  const head = Buffer.from(bytes.subarray(0, 12)).toString('latin1');
  if (head.startsWith('\xff\xd8\xff')) return 'image/jpeg';
  if (head.startsWith('\x89PNG')) return 'image/png';
  if (head.startsWith('GIF8')) return 'image/gif';
  if (head.startsWith('RIFF') && head.slice(8) === 'WEBP') return 'image/webp';
  return 'application/octet-stream';
}
