import { createHmac } from 'node:crypto';
import { describe, expect, it } from '@jest/globals';
import { errorCodeOf } from '../../../../src/contract/errors.js';
import { type LinkClaim, LinkTokens } from '../../../../src/storage/file/signed-links.js';

const secret = 'x'.repeat(32);
const tokens = new LinkTokens([secret]);
const claim: LinkClaim = { key: 'a/b', fileName: 'ü.zip', contentType: 'application/zip', expiresAt: 1_000 };

function failureOf(token: string, now = 0): Error {
  try {
    tokens.verify(token, now);
  } catch (error) {
    return error as Error;
  }
  throw new Error('It was accepted');
}

describe('LinkTokens', () => {
  it('returns the claim until the token expires', () => {
    const token = tokens.sign(claim);
    expect(token).toMatch(/^[\w-]+\.[\w-]+$/);
    expect(tokens.verify(token, 999.9)).toEqual(claim);
    expect(errorCodeOf(failureOf(token, 1_000))).toBe('LINK_EXPIRED');
  });

  it('rejects every invalid token with one message', () => {
    const token = tokens.sign(claim);
    const [payload, mac] = token.split('.') as [string, string];
    const later = Buffer.from(JSON.stringify({ ...claim, expiresAt: 9e9 })).toString('base64url');
    const faults = [
      '',
      '.',
      payload,
      `.${mac}`,
      `${payload}.`,
      `${payload}.${mac}.`,
      `${payload}.${mac}.x`,
      `${token}=`,
      ` ${token}`,
      `${later}.${mac}`,
      `${payload}.${mac.toUpperCase()}`,
      `${payload}.${createHmac('sha256', secret).update(payload).digest('base64url')}`,
      new LinkTokens(['y'.repeat(32)]).sign(claim),
    ];
    const errors = faults.flatMap((fault) => [failureOf(fault), failureOf(fault, 2_000)]);
    expect(new Set(errors.map(errorCodeOf))).toEqual(new Set(['LINK_INVALID']));
    expect(new Set(errors.map(({ message }) => message)).size).toBe(1);
  });

  it('rejects a token with any character changed', () => {
    const token = tokens.sign(claim);
    for (let i = 0; i < token.length; i++) {
      const changed = token.slice(0, i) + (token[i] === 'A' ? 'B' : 'A') + token.slice(i + 1);
      expect(errorCodeOf(failureOf(changed))).toBe('LINK_INVALID');
    }
  });

  it('requires a secret of at least 32 characters', () => {
    expect(() => new LinkTokens(['short'])).toThrow('at least 32 characters');
  });
});
