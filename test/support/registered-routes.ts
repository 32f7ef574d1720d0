import type { Router } from 'express';

/**
 * The routes of an application, as `get /v1/download/:jobId`, from all that was given to `app.use` when it was made:
 * an application that is made remembers no longer where a router was mounted.
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
    // The page of a nested router is not known; there are none, and a new one shall not be overlooked.
    if (!route && isRouter(handle))
      throw new Error('A router within a router: give its routes to this helper');
    const methods = (route as { methods?: Record<string, boolean> } | undefined)?.methods ?? {};
    return Object.keys(methods)
      .filter((method) => method !== '_all')
      .map((method) => `${method} ${mount}${route!.path}`);
  });
}
