import { z } from 'zod';
import { aboutSchema } from '../../contract/http/answers.js';
import type { Operation } from '../openapi/operation.js';

const COMMON = { method: 'get', tag: 'Service', open: true } as const;

export const ROOT_OPERATIONS: Operation[] = [
  {
    ...COMMON,
    id: 'getAbout',
    path: '/',
    summary: 'Shows the name, version and main routes',
    description: 'Browsers, which prefer text/html in Accept, get a page instead.',
    answers: {
      200: {
        description: 'Name, version and main routes',
        headers: ['Vary'],
        schema: aboutSchema,
        example: {
          name: 'longhaul',
          version: '0.1.0',
          auth: { mode: 'api-key', signInUrl: null },
          docs: 'GET /docs/',
        },
      },
    },
  },
  {
    ...COMMON,
    id: 'getOpenApi',
    path: '/openapi.json',
    summary: 'Returns this document',
    answers: { 200: { description: 'OpenAPI 3.1', schema: z.looseObject({ openapi: z.string() }) } },
  },
];
