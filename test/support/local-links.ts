import { once } from 'node:events';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import express, { type ErrorRequestHandler } from 'express';
import { type LocalLinks, objectRoutes } from '../../src/api/routes/objects.js';
import { ERRORS, errorCodeOf } from '../../src/contract/errors.js';

/** A real server for the signed links of a file store. */
export interface LinkServer {
  url: string;
  /** Errors that the routes passed on. */
  errors: unknown[];
  /** Serves the links that `links` can open. */
  serve(links: LocalLinks): void;
  stop(): Promise<void>;
}

export async function startLinkServer(): Promise<LinkServer> {
  const errors: unknown[] = [];
  const problem: ErrorRequestHandler = (error: unknown, _req, res, _next) => {
    errors.push(error);
    const code = errorCodeOf(error) ?? 'INTERNAL_ERROR';
    res.status(ERRORS[code].status).json({ code });
  };
  const server = createServer().listen(0, '127.0.0.1');
  await once(server, 'listening');
  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    errors,
    serve: (links) => void server.on('request', express().use(objectRoutes(links)).use(problem)),
    stop: async () => {
      server.close();
      server.closeAllConnections();
      await once(server, 'close');
    },
  };
}
