import { IncomingMessage, type RequestListener, type Server, ServerResponse } from 'node:http';
import type { Socket } from 'node:net';
import type { Duplex } from 'node:stream';
import type { RequestContext } from './request-context.js';

/** Matches any path that ends in `/stream`. The application answers those that are no route. */
const STREAM = /\/stream\/?(?:\?|$)/i;

/**
 * A request that Node passes to the `upgrade` event only if it asks for a stream's WebSocket. Other offers, such as the
 * `h2c` of curl and of Java's HttpClient, are ignored (RFC 9110 section 7.8): the request is answered as usual. Without
 * this, Node treats every offer as an upgrade as soon as the event has a listener.
 */
export class OfferedRequest extends IncomingMessage {
  /** Set by the parser within `super`, before it knows the method; an initializer would overwrite it. */
  declare private offered: boolean | null;

  /** Read by Node after the headers. */
  get upgrade(): boolean | null {
    if (!this.offered || this.method === 'CONNECT') return this.offered;
    const webSocket = this.headers.upgrade?.toLowerCase() === 'websocket';
    return webSocket && this.method === 'GET' && STREAM.test(this.url!);
  }

  set upgrade(offered: boolean | null) {
    this.offered = offered;
  }
}

/**
 * Passes upgrade requests to the application like every other request, so that its middleware and error handling apply.
 * A route either takes over the connection or responds, which closes it.
 */
export function serveUpgrades(server: Server, app: RequestListener): void {
  server.on('upgrade', (req: IncomingMessage, duplex: Duplex, head: Buffer) => {
    const socket = duplex as Socket;
    // Node removed its own listener; without one, a disconnect would end the process.
    socket.on('error', () => {});
    const res = new ServerResponse(req);
    const locals: RequestContext = { upgrade: { socket, head } };
    Object.assign(res, { locals });
    res.assignSocket(socket);
    res.setHeader('Connection', 'close');
    // Nothing reads from the socket, so it would never see the client close its side.
    res.once('finish', () => socket.destroySoon());
    app(req, res);
  });
}
