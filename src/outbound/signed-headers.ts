import { Webhook } from 'standardwebhooks';

/** One message; every attempt sends the same one. */
export interface SignedMessage {
  /** The same on every attempt, so that receivers can detect duplicates. */
  id: string;
  /** The exact text that is sent. */
  body: string;
}

/**
 * Creates the headers of Standard Webhooks 1.0 with one signature per secret, so that receivers may know either the old
 * or the new secret during a rotation. Without secrets there is no signature.
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
