import { Webhook } from 'standardwebhooks';

/** One message, however often it is sent. */
export interface SignedMessage {
  /** The same on every try. */
  id: string;
  /** The very bytes that are sent. */
  body: string;
}

/**
 * The headers of Standard Webhooks 1.0: one signature for each secret, so that a receiver may know the old one or the new
 * one while they are being changed. Without secrets nothing is signed.
 */
export function signedHeaders(
  { id, body }: SignedMessage,
  secrets: readonly string[],
  now: Date,
): Record<string, string> {
  const signatures = secrets.map((secret) => new Webhook(secret).sign(id, now, body));
  return {
    'content-type': 'application/json',
    'webhook-id': id,
    'webhook-timestamp': String(Math.floor(now.getTime() / 1_000)),
    ...(signatures.length > 0 ? { 'webhook-signature': signatures.join(' ') } : {}),
  };
}
