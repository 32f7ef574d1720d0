import { readFile } from 'node:fs/promises';
import { describe, expect, it } from '@jest/globals';
import { openApiDocument } from '../../../../src/api/openapi/document.js';
import { operationsOf } from '../../../../src/api/openapi/operations.js';
import { clientTypes } from '../../../../scripts/client-types.js';

describe('the types of the client', () => {
  it('match the OpenAPI document', async () => {
    const operations = operationsOf({ limits: { maxFiles: 10_000 } });
    const document = openApiDocument({ operations, version: '', publicUrl: undefined, authMode: 'none' });
    // After a change of the API, `npm run client-types` writes the file again.
    expect(await readFile('clients/src/client/api.ts', 'utf8')).toBe(await clientTypes(document));
  });
});
