import type { Duplex } from 'node:stream';
import type { Response } from 'express';
import type { ErrorCode } from '../../contract/errors.js';
import type { SignedInUser } from '../auth/sign-ins.js';
import type { Principal } from '../auth/principal.js';

/** The connection of a request that asks for a WebSocket. */
export interface Upgrade {
  socket: Duplex;
  /** Bytes received after the request's headers. */
  head: Buffer;
}

/** The request state that middleware stores in `res.locals`. */
export interface RequestContext {
  requestId?: string;
  /** The job that the request is about. */
  jobId?: string;
  principal?: Principal;
  provedKey?: string | undefined;
  /** Set if a cookie or the ticket of a link authenticated the request. */
  signIn?: SignedInUser;
  deadline?: number;
  upgrade?: Upgrade;
  /** Pattern of the route, such as `/v1/download/status/:jobId`. */
  route?: string;
  /** True when the answer waits because the client asked for it. */
  held?: boolean;
  /** Code of the problem document that was sent. */
  problem?: ErrorCode;
}

/** The context of a request, for middleware to fill in. */
export function contextOf(res: Response): RequestContext {
  return res.locals;
}

/** The id of a request, set by `requestId`. */
export function requestIdOf(res: Response): string {
  return required(contextOf(res).requestId, 'This route has no request id');
}

/** The user of a request, set by `authenticated` or `ticketed`. */
export function principalOf(res: Response): Principal {
  return required(contextOf(res).principal, 'This route is reached without authentication');
}

/** The key, token or cookie that authenticated a request; undefined if none did, as with a ticket. */
export function provedKeyOf(res: Response): string | undefined {
  return contextOf(res).provedKey;
}

/** The time after which a request must not start anything, set by `timeout`. Milliseconds since the epoch. */
export function deadlineOf(res: Response): number {
  return required(contextOf(res).deadline, 'This route has no timeout');
}

/** The connection that a route may take over; undefined for an ordinary request. */
export function upgradeOf(res: Response): Upgrade | undefined {
  return contextOf(res).upgrade;
}

function required<T>(value: T | undefined, message: string): T {
  if (value === undefined) throw new Error(message);
  return value;
}
