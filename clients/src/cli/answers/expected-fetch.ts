import { PROBLEM, shapeAt } from './answers.js';
import type { Shape } from './shapes.js';

/**
 * Fetches from the API. Replaces the body of an answer that is not Longhaul's, so that the client reports BAD_ANSWER, and
 * no command meets an absent field.
 */
export async function expectedFetch(...[input, init]: Parameters<typeof fetch>): Promise<Response> {
  const response = await fetch(input, init);
  const shape = shapeAt(new URL(input instanceof Request ? input.url : input).pathname);
  if (shape === undefined) return response;
  const { ok, status, headers } = response;
  const body = await response.text();
  const isForeign = !hasShape(body, ok ? shape : PROBLEM);
  // A status such as 204 takes no body, not even an empty one.
  return new Response(isForeign ? 'null' : body || null, { status, headers });
}

/** True also for text that is not JSON: the client tells an answer that was cut from one that is not Longhaul's. */
function hasShape(body: string, shape: Shape): boolean {
  try {
    return shape(JSON.parse(body));
  } catch {
    return true;
  }
}
