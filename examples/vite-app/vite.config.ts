import type { IncomingMessage, ServerResponse } from 'node:http';
import { defineConfig, type Plugin } from 'vite';

/** Stands for your server: it knows who is signed in, and gives the page that person's token. */
function sendToken(_request: IncomingMessage, response: ServerResponse): void {
  response.setHeader('Cache-Control', 'no-store');
  response.end(process.env['LONGHAUL_API_KEY'] ?? '');
}

const server: Plugin = {
  name: 'server',
  configureServer: ({ middlewares }) => void middlewares.use('/token', sendToken),
  configurePreviewServer: ({ middlewares }) => void middlewares.use('/token', sendToken),
};

export default defineConfig({ plugins: [server] });
