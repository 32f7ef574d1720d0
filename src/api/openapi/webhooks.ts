import { jobEndedSchema, jobFailedSchema } from '../../contract/http/callback-schemas.js';
import { JOB_ENDED, JOB_FAILED } from './examples.js';
import type { JsonSchema, Webhook } from './operation.js';
import type { SchemaCollection } from './schema-collection.js';

/** What we send: signed as Standard Webhooks 1.0 has it, and again until it is acknowledged. */
export const WEBHOOKS: readonly Webhook[] = [
  {
    id: 'jobEnded',
    summary: 'A job has ended',
    description:
      'Sent to the `callbackUrl` of the job, at least once: verify the signature, and pass over a `webhook-id` that was there before.',
    body: { schema: jobEndedSchema, example: JOB_ENDED },
  },
  {
    id: 'jobFailed',
    summary: 'A job of anybody has failed',
    description: 'Sent to OPERATOR_WEBHOOK_URL.',
    body: { schema: jobFailedSchema, example: JOB_FAILED },
  },
];

const HEADERS: readonly JsonSchema[] = [
  header('webhook-id', 'The same on every try.', true),
  header('webhook-timestamp', 'Seconds since 1970, of this try.', true),
  header(
    'webhook-signature',
    'One `v1,` and HMAC-SHA256 in base64 for each secret, with blanks between them. Missing where the operator has set none.',
    false,
  ),
];

const RESPONSES = {
  '2XX': { description: 'Acknowledged' },
  '410': { description: 'Not wanted any more: not tried again' },
  default: { description: 'Tried again, for three days' },
};

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
