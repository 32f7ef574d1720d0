import { randomUUID } from 'node:crypto';

const METHODS = ['GET', 'HEAD', 'POST', 'DELETE', 'OPTIONS', 'PATCH', 'PROPFIND'];

/**
 * Sends a request of every method to every documented route of an API, and to one that is unknown, with new ids, users
 * and bodies. Streams are not opened, because no job has such an id.
 */
export async function sendRandomRequests(baseUrl: string): Promise<void> {
  const document = (await (await fetch(`${baseUrl}/openapi.json`)).json()) as { paths: object };
  const paths = [...Object.keys(document.paths), '/{unknown}', '/v1/{unknown}/{unknown}'];
  for (const path of paths) {
    await Promise.all(
      METHODS.map(async (method) => {
        const url = `${baseUrl}${path.replaceAll(/\{[^}]*\}/g, () => randomUUID())}?q=${randomUUID()}`;
        const content = method === 'POST' ? { body: JSON.stringify({ fileIds: [randomUUID()] }) } : {};
        const headers = { 'content-type': 'application/json', 'x-user': randomUUID() };
        const response = await fetch(url, { method, headers, ...content });
        await response.body?.cancel();
      }),
    );
  }
}
