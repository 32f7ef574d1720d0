import { z } from 'zod';
import { EVENT } from '../openapi/examples.js';
import type { Operation } from '../openapi/operation.js';
import { streamMessageSchema } from '../../contract/http/snake-case-schemas.js';

const COMMON = { method: 'get', tag: 'Streams', ticket: true } as const;

const eventsQuerySchema = z.object({
  lastEventId: z.string().optional().describe('Same as the header, which takes precedence.'),
});

const eventsHeaderSchema = z.object({
  'Last-Event-ID': z.string().optional().describe('The id of the last event that was received.'),
});

/** A parsed event. */
const eventSchema = z
  .looseObject({
    id: z.string().describe('Send it as Last-Event-ID when reconnecting.'),
    data: z.string().meta({
      contentMediaType: 'application/json',
      contentSchema: { $ref: '#/components/schemas/StreamMessage' },
    }),
  })
  .meta({ id: 'StreamEvent' });

export const STREAM_OPERATIONS: Operation[] = [
  {
    ...COMMON,
    id: 'streamEvents',
    path: '/v1/download/jobs/:jobId/events',
    summary: 'Streams a job as server-sent events',
    description:
      'Sends the current state, then every change. The `data` of each event is a StreamMessage. The stream ends after type completed or error. A ticket in the query can replace other credentials.',
    query: eventsQuerySchema,
    headers: eventsHeaderSchema,
    answers: {
      200: {
        description: 'A stream of events. The schema describes the fields of one event',
        mediaTypes: ['text/event-stream'],
        schema: eventSchema,
        example: EVENT,
      },
      204: { description: 'The job has ended and its last event was received: do not reconnect' },
    },
    errors: ['TEMPORAL_UNAVAILABLE', 'TOO_MANY_STREAMS'],
  },
  {
    ...COMMON,
    id: 'streamMessages',
    path: '/v1/download/jobs/:jobId/stream',
    summary: 'Streams a job over a WebSocket',
    description:
      'Sends the current state, then every change. Each text message is a StreamMessage. Closes with 1000 after type completed or error, and with 1012 when the client should reconnect. Messages from the client are ignored. A ticket in the query can replace other credentials.',
    answers: {
      101: { description: 'The WebSocket is open', messages: streamMessageSchema },
    },
    errors: ['UPGRADE_REQUIRED', 'FORBIDDEN', 'TEMPORAL_UNAVAILABLE', 'TOO_MANY_STREAMS'],
  },
];
