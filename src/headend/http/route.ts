import type { Static, TSchema } from '@sinclair/typebox';
import type { OutletRow } from '../../ports/headend-stores.ts';
import type { Result } from '../../units/result.ts';
import type { HttpFault } from './problems.ts';

/**
 * Who may call:
 * - `open`      anyone (before trust exists)
 * - `device`    an enrolled box, by its signature
 * - `operator`  whoever can read the operator token in the data folder
 */
export type Access = 'open' | 'device' | 'operator';

export interface RouteRequest<Body> {
  readonly body: Body;
  readonly params: Readonly<Record<string, string>>;
  readonly query: Readonly<Record<string, string | undefined>>;
  readonly headers: Readonly<Record<string, string | readonly string[] | undefined>>;
  /** The bytes that were signed. */
  readonly rawBody: Uint8Array;
  readonly peer: string;
  /** Host name or address by which the peer reached us, without the port. */
  readonly host: string;
}

export interface RouteReply {
  readonly status: number;
  /** An object leaves as JSON; bytes and text as they are, with `contentType`. */
  readonly body: unknown;
  readonly contentType?: string;
  readonly headers?: Readonly<Record<string, string>>;
}

export type RouteAnswer = Result<RouteReply, HttpFault>;

/** One route as data: validation, the OpenAPI document and the registration all read this. */
export interface Route {
  readonly method: 'GET' | 'POST' | 'PUT';
  /** With `:name` for parameters. */
  readonly path: string;
  readonly summary: string;
  readonly access: Access;
  readonly body: TSchema | null;
  readonly response: TSchema | null;
  /** `outlet` is the caller, on `device` routes. */
  answer(request: RouteRequest<unknown>, outlet: OutletRow | null): RouteAnswer | Promise<RouteAnswer>;
}

interface RouteOf<Body extends TSchema> extends Omit<Route, 'body' | 'answer' | 'access'> {
  readonly body: Body | null;
}

/** A route of boxes. The body was checked against its schema, the caller by its signature. */
export function deviceRoute<Body extends TSchema>(
  route: RouteOf<Body>,
  answer: (request: RouteRequest<Static<Body>>, outlet: OutletRow) => RouteAnswer | Promise<RouteAnswer>,
): Route {
  return {
    ...route,
    access: 'device',
    answer(request, outlet) {
      if (outlet === null) return { ok: false, error: { code: 'unknown-device', message: 'This box is not enrolled here.' } };
      return answer(request as RouteRequest<Static<Body>>, outlet);
    },
  };
}

export function openRoute<Body extends TSchema>(
  route: RouteOf<Body> & { readonly access: 'open' | 'operator' },
  answer: (request: RouteRequest<Static<Body>>) => RouteAnswer | Promise<RouteAnswer>,
): Route {
  return { ...route, answer: (request) => answer(request as RouteRequest<Static<Body>>) };
}

export function reply(body: unknown, status = 200): RouteAnswer {
  return { ok: true, value: { status, body } };
}
