import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { LonghaulError } from '../../../src/contract/errors.js';
import { createSource, type SourceSettings } from '../../../src/source/create-source.js';
import type { SourceStore } from '../../../src/source/objects/object-source.js';
import { FileCheck } from '../../../src/lookup/check-file.js';
import { FileServer } from '../../support/file-server.js';

const EMPTY_STORE: SourceStore = {
  head: () => Promise.reject(new LonghaulError('FILE_NOT_FOUND', 'absent')),
  read: () => Promise.reject(new LonghaulError('FILE_NOT_FOUND', 'absent')),
};

describe('createSource', () => {
  let server: FileServer;
  beforeAll(async () => {
    server = await FileServer.start();
    server.put('/f/70000/content', { bytes: Buffer.from('hello') });
    server.put('/f/a.b-c_d/content', { bytes: Buffer.from('hi') });
  });
  afterAll(() => server.stop());

  function lookup(catalogue: SourceSettings['catalogue'], allowedHosts = [server.receiver.host]): FileCheck {
    const settings = { catalogue, outbound: { allowedHosts }, job: { maxBytes: 1_000 } };
    return new FileCheck(createSource(settings, EMPTY_STORE));
  }

  it('uses objects of the store by default', async () => {
    const { catalogue } = createSource(
      { catalogue: { kind: 'template' }, outbound: { allowedHosts: [] }, job: { maxBytes: 1 } },
      EMPTY_STORE,
    );
    expect(await catalogue.resolve('ada', [70_000])).toMatchObject([{ location: { kind: 'object' } }]);
  });

  it('uses URLs without keys for a URL template', async () => {
    const files = lookup({ kind: 'template', url: `${server.receiver.url}/f/{id}/content?sig=1` });
    expect(await files.lookUp('ada', 70_000)).toEqual({ key: null, size: 5 });
    expect(await files.lookUp('ada', 'a.b-c_d')).toEqual({ key: null, size: 2 });
    expect(await files.lookUp('ada', 70_001)).toBeUndefined();
  });

  it('finds no file when the guard refuses its URL', async () => {
    const before = server.receiver.connections;
    const files = lookup({ kind: 'template', url: `${server.receiver.url}/f/{id}/content` }, []);
    expect(await files.lookUp('ada', 70_000)).toBeUndefined();
    expect(server.receiver.connections).toBe(before);
  });
});
