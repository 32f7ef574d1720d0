import { readFile } from 'node:fs/promises';
import { createRequire } from 'node:module';
import { extname } from 'node:path';
import { contentSecurityPolicy } from 'helmet';
import { type RequestHandler, Router } from 'express';
import { route } from '../http/define-route.js';

const { resolve } = createRequire(import.meta.url);

/** What the page is made of, from our own server alone. */
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

/** A file of its own, for the policy forbids scripts within the page. Validators elsewhere are not asked. */
const START = `SwaggerUIBundle({ url: '../openapi.json', dom_id: '#docs', deepLinking: true, validatorUrl: null });
`;

/** Nothing from elsewhere. Swagger UI sets styles on its elements, and has its icons as data. */
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

/** `/openapi.json`, and `/docs/`, which shows it to people. */
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

/** Whole, whatever range or version is asked for: nobody resumes the download of a style sheet. */
function sendAsset(path: string): RequestHandler {
  return async (_req, res) => {
    const bytes = await readFile(path);
    res.type(extname(path)).set('Cache-Control', 'public, max-age=3600').send(bytes);
  };
}

/** The page names its files relative to itself, so that it works behind a proxy's prefix too. */
const withSlash: RequestHandler = (req, res, next) => {
  if (req.path.endsWith('/')) next();
  else res.redirect(302, 'docs/');
};
