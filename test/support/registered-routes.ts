import type { Router } from 'express';

/**
 * Lists the routes of an application, as `get /v1/download/:jobId`, from its calls of `app.use`. A finished application
 * does not reveal the mount path of a router.
 */
export function registeredRoutes(uses: readonly (readonly unknown[])[]): string[] {
  return uses.flatMap(([first, ...rest]) => {
    const [mount, handlers] = typeof first === 'string' ? [first, rest] : ['', [first, ...rest]];
    return handlers.filter(isRouter).flatMap((router) => routesOf(router, mount));
  });
}

function isRouter(handler: unknown): handler is Router {
  return typeof handler === 'function' && 'stack' in handler;
}

function routesOf(router: Router, mount: string): string[] {
  return router.stack.flatMap(({ route, handle }) => {
    // The mount path of a nested router is unknown. Fail, so that its routes are not missed.
    if (!route && isRouter(handle)) throw new Error('Nested router: extend this helper to list its routes');
    const methods = (route as { methods?: Record<string, boolean> } | undefined)?.methods ?? {};
    return Object.keys(methods)
      .filter((method) => method !== '_all')
      .map((method) => `${method} ${mount}${route!.path}`);
  });
}
