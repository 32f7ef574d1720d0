import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, expect, it } from '@jest/globals';
import { FileObjectStore } from '../../src/storage/file/file-object-store.js';
import { multipartStoreContract } from './multipart-store.contract.js';

async function folderStore() {
  const directory = await mkdtemp(join(tmpdir(), 'longhaul-multipart-'));
  const linkSecret = 'a secret of more than thirty-two characters';
  const stop = () => rm(directory, { recursive: true });
  return { store: new FileObjectStore({ directory, linkSecret }), stop };
}

describe('FileMultipart', () => {
  multipartStoreContract(async () => {
    const { store, stop } = await folderStore();
    return {
      store,
      checks: false,
      refusesWrongSums: false,
      copiesLocally: false,
      stop,
    };
  });
});

describe('PlacedUpload', () => {
  it('refuses parts with a hole between them', async () => {
    const { store, stop } = await folderStore();
    const { signal } = new AbortController();
    const upload = await store.beginLocal('a/object', { checked: false, expectedSize: 30 }, signal);
    const first = await upload.sendPart(1, [Buffer.alloc(10)], 0, signal, 0);
    const third = await upload.sendPart(3, [Buffer.alloc(10)], 0, signal, 20);
    const completion = upload.complete([first, third], null, signal);
    await expect(completion).rejects.toMatchObject({ code: 'ARCHIVE_INCOMPLETE' });
    await upload.abort();
    await stop();
  });
});
