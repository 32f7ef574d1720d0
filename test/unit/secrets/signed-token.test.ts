import { createHmac } from 'node:crypto';
import { describe, expect, it } from '@jest/globals';
import { TokenSigner } from '../../../src/secrets/signed-token.js';

const SECRET = 's'.repeat(32);
const OTHER_SECRET = 't'.repeat(32);
const CLAIM = { user: 'Äda 日本', expiresAt: 1_000 };

const signer = new TokenSigner('a test v1', [SECRET]);

describe('TokenSigner', () => {
  it('returns the claim of its own token', () => {
    const token = signer.sign(CLAIM);
    expect(token).toMatch(/^[\w-]+\.[\w-]+$/);
    expect(signer.verify(token)).toEqual(CLAIM);
  });

  it('rejects malformed and forged tokens', () => {
    const token = signer.sign(CLAIM);
    const [payload, mac] = token.split('.') as [string, string];
    const forged = Buffer.from(JSON.stringify({ ...CLAIM, expiresAt: 9e9 })).toString('base64url');
    const bareMac = createHmac('sha256', SECRET).update(payload).digest('base64url');
    const faults = [
      '',
      '.',
      payload,
      `.${mac}`,
      `${payload}.`,
      `${token}.`,
      `${token}.x`,
      `${token}=`,
      ` ${token}`,
    ];
    for (const fault of [...faults, `${forged}.${mac}`, `${payload}.${bareMac}`]) {
      expect(signer.verify(fault)).toBeNull();
    }
  });

  it('rejects a token of another purpose or secret', () => {
    expect(signer.verify(new TokenSigner('another test v1', [SECRET]).sign(CLAIM))).toBeNull();
    expect(signer.verify(new TokenSigner('a test v1', [OTHER_SECRET]).sign(CLAIM))).toBeNull();
  });

  it('signs with the first secret and verifies with all', () => {
    const rotated = new TokenSigner('a test v1', [OTHER_SECRET, SECRET]);
    expect(rotated.verify(signer.sign(CLAIM))).toEqual(CLAIM);
    expect(new TokenSigner('a test v1', [OTHER_SECRET]).verify(rotated.sign(CLAIM))).toEqual(CLAIM);
    expect(signer.verify(rotated.sign(CLAIM))).toBeNull();
  });

  it('requires secrets of at least 32 characters', () => {
    expect(() => new TokenSigner('a test v1', [SECRET, 'short'])).toThrow('at least 32 characters');
  });
});
