import { expect, it } from '@jest/globals';
import { probeStore } from '../../src/storage/store-probe.js';
import { collect } from '../support/bodies.js';
import { describeWith } from '../support/require-server.js';
import { locateSeaweedFs, locateVersitygw, startSeaweedFs, startVersitygw } from '../support/s3-servers.js';
import { startS3Store } from './s3-under-test.js';

const SERVERS = [
  {
    name: 'SeaweedFS',
    program: await locateSeaweedFs(),
    start: startSeaweedFs,
    expected: { segments: true, copies: true, copySums: true, joints: true, fullObjectChecked: true },
  },
  {
    // It tells the CRC-32 of the whole source for a copied range.
    name: 'versitygw',
    program: await locateVersitygw(),
    start: startVersitygw,
    expected: { segments: true, copies: true, copySums: false, joints: true, fullObjectChecked: false },
  },
];

for (const { name, program, start, expected } of SERVERS) {
  describeWith(program, `probeStore on ${name}`, (path) => {
    it('finds what the server can do, and cleans up', async () => {
      const subject = await startS3Store(await start(path));
      const { store } = subject;
      try {
        const found = await Promise.all(['a/', 'b/'].map((probe) => probeStore(store, `probe/${probe}`)));
        expect(found).toEqual([expected, expected]);
        expect(await collect(store.list('probe/'))).toEqual([]);
        expect(await store.abortUploads('probe/')).toBe(0);
      } finally {
        await subject.stop();
      }
    });
  });
}
