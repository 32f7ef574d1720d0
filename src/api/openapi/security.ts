import type { JsonSchema, Operation } from './operation.js';

export type AuthMode = 'none' | 'api-key' | 'jwt';

const TICKET = {
  type: 'apiKey',
  in: 'query',
  name: 'ticket',
  description: 'Part of streamUrl and eventsUrl of a status. Valid for one job, and for ten minutes.',
};

const SIGN_IN = {
  type: 'apiKey',
  in: 'cookie',
  name: '__Host-longhaul',
  description:
    'The cookie of POST /v1/sign-in, called `longhaul` on plain http. Counts for pages of this server only; headers ' +
    'take precedence.',
};

/** The accepted credentials; any one suffices. With AUTH_MODE=none a user id is optional. */
export function security({ open, noCookie, ticket }: Operation, authMode: AuthMode): JsonSchema[] {
  if (open) return [];
  const cookie = authMode === 'none' || noCookie ? [] : [{ signIn: [] }];
  return [...BY_HEADERS[authMode], ...cookie, ...(ticket ? [{ ticket: [] }] : [])];
}

const BY_HEADERS: Readonly<Record<AuthMode, JsonSchema[]>> = {
  none: [{}, { userId: [] }],
  'api-key': [{ bearer: [] }, { apiKey: [] }],
  jwt: [{ bearer: [] }],
};

export function securitySchemes(authMode: AuthMode): JsonSchema {
  return { ...SCHEMES[authMode], ...(authMode === 'none' ? {} : { signIn: SIGN_IN }), ticket: TICKET };
}

const SCHEMES: Readonly<Record<AuthMode, JsonSchema>> = {
  none: {
    userId: {
      type: 'apiKey',
      in: 'header',
      name: 'X-User-Id',
      description: 'The user id, which is trusted. Defaults to `anonymous`.',
    },
  },
  'api-key': {
    bearer: { type: 'http', scheme: 'bearer' },
    apiKey: { type: 'apiKey', in: 'header', name: 'X-Api-Key' },
  },
  jwt: { bearer: { type: 'http', scheme: 'bearer', bearerFormat: 'JWT' } },
};
