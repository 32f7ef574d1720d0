import { z } from 'zod';
import { link, time } from './answer-parts.js';

export const signInLinkSchema = z
  .strictObject({
    url: link().describe('Signs in the browser that opens it.'),
    expiresAt: time().describe('60 s from now.'),
  })
  .meta({ id: 'SignInLink' });

export type SignInLink = z.output<typeof signInLinkSchema>;
