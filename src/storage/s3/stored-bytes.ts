import type { S3Client } from '@aws-sdk/client-s3';

/**
 * Adds `accept-encoding: identity` to every request of the client, otherwise some stores unpack gzip: then sizes and
 * ranges do not count the bytes that arrive. The header is added after signing, because proxies may change it.
 */
export function requestStoredBytes({ middlewareStack }: S3Client): void {
  middlewareStack.add(
    (next) => (args) => {
      const { headers } = args.request as { headers: Record<string, string> };
      headers['accept-encoding'] = 'identity';
      return next(args);
    },
    { step: 'deserialize', name: 'requestStoredBytes' },
  );
}
