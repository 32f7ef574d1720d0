import type { JsonSchema, Operation } from './operation.js';

export type AuthMode = 'none' | 'api-key' | 'jwt';

const TICKET = {
  type: 'apiKey',
  in: 'query',
  name: 'ticket',
  description:
    'Stands in streamUrl and eventsUrl of a status, is good for one job, and must be used within ten minutes.',
};

/** Ways of showing who asks: any one of them will do. Where nothing is asked for, a name may still be given. */
export function security({ open, ticket }: Operation, authMode: AuthMode): JsonSchema[] {
  if (open) return [];
  return [...BY_HEADERS[authMode], ...(ticket ? [{ ticket: [] }] : [])];
}

const BY_HEADERS: Readonly<Record<AuthMode, JsonSchema[]>> = {
  none: [{}, { userId: [] }],
  'api-key': [{ bearer: [] }, { apiKey: [] }],
  jwt: [{ bearer: [] }],
};

export function securitySchemes(authMode: AuthMode): JsonSchema {
  return { ...SCHEMES[authMode], ticket: TICKET };
}

const SCHEMES: Readonly<Record<AuthMode, JsonSchema>> = {
  none: {
    userId: {
      type: 'apiKey',
      in: 'header',
      name: 'X-User-Id',
      description: 'Whoever it names is believed: `anonymous` when absent.',
    },
  },
  'api-key': {
    bearer: { type: 'http', scheme: 'bearer' },
    apiKey: { type: 'apiKey', in: 'header', name: 'X-Api-Key' },
  },
  jwt: { bearer: { type: 'http', scheme: 'bearer', bearerFormat: 'JWT' } },
};
