import { z } from 'zod';
import { EVENT } from '../openapi/examples.js';
import type { Operation } from '../openapi/operation.js';
import { streamMessageSchema } from '../../contract/http/snake-case-schemas.js';

const COMMON = { method: 'get', tag: 'Streams', ticket: true } as const;

const eventsQuerySchema = z.object({
  lastEventId: z.string().optional().describe('As the header, which takes precedence.'),
});

const eventsHeaderSchema = z.object({
  'Last-Event-ID': z.string().optional().describe('The id of the event that was seen last.'),
});

/** An event as a client has it when the stream is taken apart. */
const eventSchema = z
  .looseObject({
    id: z.string().describe('What to send as Last-Event-ID.'),
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
    summary: 'Every change of a job, as server-sent events',
    description:
      'The `data` of each event is a StreamMessage. Ends after that of type completed or error. A ticket in the query suffices.',
    query: eventsQuerySchema,
    headers: eventsHeaderSchema,
    answers: {
      200: {
        description: 'The state now, and every change: these are the fields of one event',
        mediaTypes: ['text/event-stream'],
        schema: eventSchema,
        example: EVENT,
      },
      204: { description: 'The job has ended, and the last event was seen: do not come again' },
    },
    errors: ['TEMPORAL_UNAVAILABLE', 'TOO_MANY_STREAMS'],
  },
  {
    ...COMMON,
    id: 'streamMessages',
    path: '/v1/download/jobs/:jobId/stream',
    summary: 'Every change of a job, over a WebSocket',
    description:
      'Each text message is a StreamMessage. Closed with 1000 after that of type completed or error; 1012 means to connect again. The client has nothing to say. A ticket in the query suffices.',
    answers: {
      101: { description: 'The WebSocket is open', messages: streamMessageSchema },
    },
    errors: ['UPGRADE_REQUIRED', 'FORBIDDEN', 'TEMPORAL_UNAVAILABLE', 'TOO_MANY_STREAMS'],
  },
];
