import { IncomingMessage, type RequestListener, type Server, ServerResponse } from 'node:http';
import type { Socket } from 'node:net';
import type { Duplex } from 'node:stream';
import type { Response } from 'express';

/** Loose, for the application says which routes there are: what is no route of it is answered by it as well. */
const STREAM = /\/stream\/?(?:\?|$)/i;

/**
 * A request that Node hands to the `upgrade` event only when it asks for the WebSocket of a stream. Whatever else is
 * offered, such as the `h2c` of curl and of Java's HttpClient, is declined as RFC 9110 section 7.8 wants it: the request is
 * answered as if the offer were not there. Without this Node takes every one for an upgrade as soon as somebody listens.
 */
export class OfferedRequest extends IncomingMessage {
  /** As the parser sets it, before it knows the method; declared only, for it is set within `super`. */
  declare private offered: boolean | null;

  /** Asked by Node once the headers are there. */
  get upgrade(): boolean | null {
    if (!this.offered || this.method === 'CONNECT') return this.offered;
    const webSocket = this.headers.upgrade?.toLowerCase() === 'websocket';
    return webSocket && this.method === 'GET' && STREAM.test(this.url!);
  }

  set upgrade(offered: boolean | null) {
    this.offered = offered;
  }
}

/** The connection of a request that is to become a WebSocket. */
export interface Upgrade {
  socket: Duplex;
  /** What came behind the request. */
  head: Buffer;
}

/**
 * Gives upgrades to the application as it gets every other request, so that all that stands before its routes, and its way
 * of telling errors, holds for them too. A route takes the connection over, or answers and so closes it.
 */
export function serveUpgrades(server: Server, app: RequestListener): void {
  server.on('upgrade', (req: IncomingMessage, duplex: Duplex, head: Buffer) => {
    const socket = duplex as Socket;
    // Node listens no longer: a client that goes away must not end the process.
    socket.on('error', () => {});
    const res = new ServerResponse(req);
    Object.assign(res, { locals: { upgrade: { socket, head } satisfies Upgrade } });
    res.assignSocket(socket);
    res.setHeader('Connection', 'close');
    // Nobody reads from it, so that it would never be markChanged that the client has hung up as well.
    res.once('finish', () => socket.destroySoon());
    app(req, res);
  });
}

/** What a route may take over; undefined for an ordinary request. */
export function upgradeOf(res: Response): Upgrade | undefined {
  return res.locals['upgrade'] as Upgrade | undefined;
}
