import type { FileId } from '../../contract/files.js';
import type { Catalogue, CatalogueEntry } from './catalogue.js';

/** Inserts the percent-encoded id into a URL. Any user may download any id. */
export class UrlTemplateCatalogue implements Catalogue {
  /** @param template Contains `{id}` at least once. */
  constructor(private readonly template: string) {}

  async resolve(_userId: string, fileIds: readonly FileId[]): Promise<CatalogueEntry[]> {
    return fileIds.map((fileId) => ({
      fileId,
      outcome: 'found',
      location: { kind: 'https', url: this.urlOf(fileId), size: null },
      name: null,
    }));
  }

  private urlOf(fileId: FileId): string {
    return this.template.replaceAll('{id}', () => encodeURIComponent(String(fileId)));
  }
}
