import type { FileId } from '../../contract/files.js';
import type { Catalogue, CatalogueEntry } from './catalogue.js';

/** Keys of a file id; the first that exists is used. */
export const KEY_TEMPLATES: readonly string[] = ['downloads/{id}', 'downloads/{id}.zip'];

/** The default catalogue: inserts the id into object keys. Any user may download any id. */
export class TemplateCatalogue implements Catalogue {
  constructor(private readonly templates: readonly string[] = KEY_TEMPLATES) {}

  async resolve(_userId: string, fileIds: readonly FileId[]): Promise<CatalogueEntry[]> {
    return fileIds.map((fileId) => ({
      fileId,
      outcome: 'found',
      location: { kind: 'object', keys: this.templates.map((key) => key.replace('{id}', String(fileId))) },
      name: null,
    }));
  }
}
