import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { MadeUpFiles } from '../../../src/dev/demo/made-up-files.js';

describe('MadeUpFiles', () => {
  let files: MadeUpFiles;
  beforeAll(async () => {
    files = await MadeUpFiles.start({ bytes: 8 * 500_001, seconds: 0.1 });
  });
  afterAll(() => files.stop());

  const get = (fileId: string, headers: Record<string, string> = {}) =>
    fetch(`http://${files.host}/${fileId}`, { headers });
  const bytesOf = async (response: Response) => Buffer.from(await response.arrayBuffer());

  it('serves the same bytes again, and any range', async () => {
    const fileId = files.fileIds[0]!;
    const whole = await bytesOf(await get(fileId));
    expect(whole).toHaveLength(500_001);
    for (const [start, end] of [
      [0, 0],
      [262_143, 262_144],
      [400_000, 500_000],
    ] as const) {
      const part = await get(fileId, { range: `bytes=${start}-${end}` });
      expect(part.headers.get('content-range')).toBe(`bytes ${start}-${end}/500001`);
      expect((await bytesOf(part)).equals(whole.subarray(start, end + 1))).toBe(true);
    }
    const rest = await get(fileId, { range: 'bytes=65537-' });
    expect((await bytesOf(rest)).equals(whole.subarray(65_537))).toBe(true);
  });

  it('has no other files', async () => {
    for (const path of ['made-up-9.bin', '', '../etc/passwd']) expect((await get(path)).status).toBe(404);
  });
});
