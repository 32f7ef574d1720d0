import { jobEndedSchema, jobFailedSchema } from '../../contract/http/callback-schemas.js';
import { JOB_ENDED, JOB_FAILED } from './examples.js';
import type { JsonSchema, Webhook } from './operation.js';
import type { SchemaCollection } from './schema-collection.js';

/** The webhooks of this service, signed per Standard Webhooks 1.0 and retried until acknowledged. */
export const WEBHOOKS: readonly Webhook[] = [
  {
    id: 'jobEnded',
    summary: 'A job has ended',
    description:
      'Sent to the `callbackUrl` of the job at least once. Verify the signature, and ignore a `webhook-id` that you have already processed.',
    body: { schema: jobEndedSchema, example: JOB_ENDED },
  },
  {
    id: 'jobFailed',
    summary: 'A job of any user has failed',
    description: 'Sent to OPERATOR_WEBHOOK_URL.',
    body: { schema: jobFailedSchema, example: JOB_FAILED },
  },
];

const HEADERS: readonly JsonSchema[] = [
  header('webhook-id', 'The same for every attempt.', true),
  header('webhook-timestamp', 'Time of this attempt, in seconds since 1970.', true),
  header(
    'webhook-signature',
    'For each secret, `v1,` and a base64 HMAC-SHA256, separated by spaces. Absent if the operator has set no secret.',
    false,
  ),
];

const RESPONSES = {
  '2XX': { description: 'Acknowledged' },
  '410': { description: 'Unsubscribed: no further attempts' },
  default: { description: 'Retried for three days' },
};

/** Writes a webhook of the document. */
export function writeWebhook({ id, body, ...texts }: Webhook, schemas: SchemaCollection): JsonSchema {
  const content = { schema: schemas.of(body.schema, 'output'), example: body.example };
  return {
    operationId: id,
    ...texts,
    security: [],
    parameters: HEADERS,
    requestBody: { required: true, content: { 'application/json': content } },
    responses: RESPONSES,
  };
}

function header(name: string, description: string, required: boolean): JsonSchema {
  return { name, in: 'header', required, description, schema: { type: 'string' } };
}
