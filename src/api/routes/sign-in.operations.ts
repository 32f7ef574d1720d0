import { signInLinkSchema } from '../../contract/http/sign-in-schemas.js';
import type { Operation } from '../openapi/operation.js';

const COMMON = { tag: 'Sign-in', errors: ['ROUTE_NOT_FOUND'] } as const;

export const SIGN_IN_OPERATIONS: Operation[] = [
  {
    ...COMMON,
    id: 'signIn',
    method: 'post',
    path: '/v1/sign-in',
    summary: 'Signs a browser in',
    description:
      'Sets a cookie that counts for pages of this server. Needs a key or token, or the ticket of a sign-in link as ' +
      '`Authorization: Bearer TICKET`. Responds 404 ROUTE_NOT_FOUND if the server needs no sign-in.',
    noCookie: true,
    answers: { 204: { description: 'Signed in', headers: ['Set-Cookie'] } },
  },
  {
    ...COMMON,
    id: 'signOut',
    method: 'delete',
    path: '/v1/sign-in',
    summary: 'Signs a browser out',
    description: 'Idempotent: removes the cookie, also one that no longer counts.',
    open: true,
    answers: { 204: { description: 'Signed out', headers: ['Set-Cookie'] } },
  },
  {
    ...COMMON,
    id: 'createSignInLink',
    method: 'post',
    path: '/v1/sign-in/links',
    summary: 'Makes a link that signs a person in',
    description: 'For applications that send their users to the page of this server. Needs a key or token.',
    noCookie: true,
    answers: {
      201: {
        description: 'A link that is valid for 60 s',
        schema: signInLinkSchema,
        example: { url: 'https://downloads.example/#sign-in=eyJ1c2…', expiresAt: '2026-03-01T12:01:00.000Z' },
      },
    },
  },
];
