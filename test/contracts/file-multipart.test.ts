import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe } from '@jest/globals';
import { FileObjectStore } from '../../src/storage/file/file-object-store.js';
import { multipartStoreContract } from './multipart-store.contract.js';

describe('FileMultipart', () => {
  multipartStoreContract(async () => {
    const directory = await mkdtemp(join(tmpdir(), 'longhaul-multipart-'));
    const linkSecret = 'a secret of more than thirty-two characters';
    const stop = () => rm(directory, { recursive: true });
    return {
      store: new FileObjectStore({ directory, linkSecret }),
      checks: false,
      refusesWrongSums: false,
      stop,
    };
  });
});
