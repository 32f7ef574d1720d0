import { describe, expect, it } from '@jest/globals';
import { storeView } from '../../../src/jobs/store-view.js';
import { NO_CAPABILITIES, type StoreCapabilities } from '../../../src/storage/multipart-store.js';

const ALL: StoreCapabilities = {
  segments: true,
  copies: true,
  copySums: true,
  joints: true,
  fullObjectChecked: true,
};
const probedAt = new Date('2026-11-20T09:30:01Z');

describe('storeView', () => {
  it.each([
    [NO_CAPABILITIES, 'streamed', 'One worker streams each ZIP'],
    [{ ...ALL, copies: false }, 'segments', 'copies no ranges'],
    [{ ...ALL, copySums: false }, 'segments', 'wrong checksums of copies'],
    [{ ...ALL, joints: false }, 'segments', 'except 5 MiB of each'],
    [ALL, 'segments', 'The store copies large files that it knows.'],
  ])('tells why a ZIP is built so (%#)', (capabilities, zip, reason) => {
    expect(storeView(null, { capabilities, probedAt })).toEqual({
      zip,
      reason: expect.stringContaining(reason),
      capabilities,
      probedAt: '2026-11-20T09:30:01.000Z',
    });
  });

  it('tells that a store was not probed', () => {
    expect(storeView(null, null)).toMatchObject({ zip: 'unknown', capabilities: null, probedAt: null });
    expect(storeView(NO_CAPABILITIES, null).zip).toBe('one_segment');
  });
});
