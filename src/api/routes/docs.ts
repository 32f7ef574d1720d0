import { readFile } from 'node:fs/promises';
import { createRequire } from 'node:module';
import { extname } from 'node:path';
import { contentSecurityPolicy } from 'helmet';
import { type RequestHandler, Router } from 'express';
import { route } from '../http/define-route.js';

const { resolve } = createRequire(import.meta.url);

/** Files of the page, served by this server. */
const ASSETS = ['swagger-ui.css', 'swagger-ui-bundle.js', 'favicon-32x32.png'];

const PAGE = `<!doctype html>
<html lang="en">
  <head>
    <meta charset="utf-8">
    <meta name="viewport" content="width=device-width, initial-scale=1">
    <title>Longhaul API</title>
    <link rel="stylesheet" href="swagger-ui.css">
    <link rel="icon" type="image/png" href="favicon-32x32.png">
  </head>
  <body>
    <div id="docs"></div>
    <script src="swagger-ui-bundle.js"></script>
    <script src="start.js"></script>
  </body>
</html>
`;

/** A separate file, because the policy forbids inline scripts. Disables Swagger UI's online validator. */
const START = `SwaggerUIBundle({ url: '../openapi.json', dom_id: '#docs', deepLinking: true, validatorUrl: null });
`;

/** Allows this server only. Swagger UI needs inline styles and icons as `data:` URLs. */
const POLICY = contentSecurityPolicy({
  useDefaults: false,
  directives: {
    defaultSrc: ["'none'"],
    scriptSrc: ["'self'"],
    styleSrc: ["'self'", "'unsafe-inline'"],
    imgSrc: ["'self'", 'data:'],
    connectSrc: ["'self'"],
    baseUri: ["'none'"],
    formAction: ["'none'"],
    frameAncestors: ["'none'"],
  },
});

/** `GET /openapi.json` and `GET /docs/`, which renders it with Swagger UI. */
export function docsRoutes(document: object): Router {
  const router = Router();
  const json = JSON.stringify(document);
  route(router, '/openapi.json', { get: [(_req, res) => void res.type('json').send(json)] });
  router.use('/docs', POLICY);
  route(router, '/docs', { get: [withSlash, (_req, res) => void res.type('html').send(PAGE)] });
  route(router, '/docs/start.js', { get: [(_req, res) => void res.type('js').send(START)] });
  for (const asset of ASSETS) {
    route(router, `/docs/${asset}`, { get: [sendAsset(resolve(`swagger-ui-dist/${asset}`))] });
  }
  return router;
}

/** Sends the whole file and ignores Range and conditional headers, which style sheets do not need. */
function sendAsset(path: string): RequestHandler {
  return async (_req, res) => {
    const bytes = await readFile(path);
    res.type(extname(path)).set('Cache-Control', 'public, max-age=3600').send(bytes);
  };
}

/** Redirects `/docs` to `/docs/`, because the page refers to its files by relative URLs, for proxies with a path prefix. */
const withSlash: RequestHandler = (req, res, next) => {
  if (req.path.endsWith('/')) next();
  else res.redirect(302, 'docs/');
};
