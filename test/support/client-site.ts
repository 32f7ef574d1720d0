import { readFile } from 'node:fs/promises';
import { resolve } from 'node:path';
import { Receiver } from './receiver.js';

const PAGE = resolve('test/support/pages/downloads.html');

/** Serves the built client and a page with `createDownloads`, from another origin than that of the API. */
export function startClientSite(): Promise<Receiver> {
  return Receiver.start((request, response) => {
    const { pathname } = new URL(request.path, 'http://site');
    const isScript = pathname.startsWith('/client/');
    const file = isScript ? resolve(`clients/dist${pathname}`) : PAGE;
    void readFile(file).then(
      (content) =>
        response.setHeader('content-type', isScript ? 'text/javascript' : 'text/html').end(content),
      () => response.writeHead(404).end(),
    );
  });
}
