import { createHmac } from 'node:crypto';
import { describe, expect, it } from '@jest/globals';
import { StreamTickets } from '../../../../src/api/auth/stream-tickets.js';
import { errorCodeOf } from '../../../../src/contract/errors.js';
import { LinkTokens } from '../../../../src/storage/file/signed-links.js';

const SECRET = 's'.repeat(32);
const OTHER_SECRET = 't'.repeat(32);
const JOB = '01890000-0000-7000-8000-000000000000';
const OTHER_JOB = '01890000-0000-7000-8000-000000000001';
const NOW = 1_000_000_000_000;

const tickets = new StreamTickets([SECRET], () => NOW);

function failureOf(verify: () => unknown): Error {
  try {
    verify();
  } catch (error) {
    return error as Error;
  }
  throw new Error('It was accepted');
}

describe('StreamTickets', () => {
  it('names the user for ten minutes and one job', () => {
    const ticket = tickets.issue(JOB, 'Äda 日本');
    expect(ticket).toMatch(/^[\w-]+\.[\w-]+$/);
    const after = (ms: number) => new StreamTickets([SECRET], () => NOW + ms);
    expect(tickets.verify(ticket, JOB)).toBe('Äda 日本');
    expect(after(599_999).verify(ticket, JOB)).toBe('Äda 日本');
    expect(errorCodeOf(failureOf(() => after(600_000).verify(ticket, JOB)))).toBe('UNAUTHENTICATED');
  });

  it('rejects every invalid ticket with one message', () => {
    const ticket = tickets.issue(JOB, 'ada');
    const [payload, mac] = ticket.split('.') as [string, string];
    const encode = (claim: object) => Buffer.from(JSON.stringify(claim)).toString('base64url');
    const sameClaim = { jobId: JOB, userId: 'ada', expiresAt: 9e9 };
    const forged = encode({ ...sameClaim, userId: 'grace' });
    const bare = createHmac('sha256', SECRET).update(payload).digest('base64url');
    const link = new LinkTokens([SECRET]).sign({ key: 'k', fileName: 'f', contentType: 'c', ...sameClaim });
    const faults = [
      '',
      '.',
      payload,
      `.${mac}`,
      `${payload}.`,
      `${ticket}=`,
      `${ticket}.x`,
      ` ${ticket}`,
      `${forged}.${mac}`,
      `${payload}.${bare}`,
      link,
      tickets.issue(OTHER_JOB, 'ada'),
      new StreamTickets([OTHER_SECRET], () => NOW).issue(JOB, 'ada'),
      new StreamTickets([SECRET], () => NOW - 600_000).issue(JOB, 'ada'),
    ];
    const errors = faults.map((fault) => failureOf(() => tickets.verify(fault, JOB)));
    expect(new Set(errors.map(errorCodeOf))).toEqual(new Set(['UNAUTHENTICATED']));
    expect(new Set(errors.map(({ message }) => message)).size).toBe(1);
  });

  it('issues tickets that open no link', () => {
    const ticket = tickets.issue(JOB, 'ada');
    expect(errorCodeOf(failureOf(() => new LinkTokens([SECRET]).verify(ticket, 0)))).toBe('LINK_INVALID');
  });

  it('rejects a ticket with any character changed', () => {
    const ticket = tickets.issue(JOB, 'ada');
    for (let i = 0; i < ticket.length; i++) {
      const changed = ticket.slice(0, i) + (ticket[i] === 'A' ? 'B' : 'A') + ticket.slice(i + 1);
      expect(errorCodeOf(failureOf(() => tickets.verify(changed, JOB)))).toBe('UNAUTHENTICATED');
    }
  });

  it('verifies with every secret and signs with the first', () => {
    const old = tickets.issue(JOB, 'ada');
    const rotated = new StreamTickets([OTHER_SECRET, SECRET], () => NOW);
    expect(rotated.verify(old, JOB)).toBe('ada');
    const fresh = rotated.issue(JOB, 'ada');
    expect(new StreamTickets([OTHER_SECRET], () => NOW).verify(fresh, JOB)).toBe('ada');
    expect(errorCodeOf(failureOf(() => tickets.verify(fresh, JOB)))).toBe('UNAUTHENTICATED');
    const after = new StreamTickets([OTHER_SECRET], () => NOW);
    expect(errorCodeOf(failureOf(() => after.verify(old, JOB)))).toBe('UNAUTHENTICATED');
  });
});
