import type { FileId } from '../../contract/files.js';
import type { Catalogue, CatalogueEntry } from './catalogue.js';

/** An id is part of a URL, percent-encoded; any user may fetch any id. */
export class UrlTemplateCatalogue implements Catalogue {
  /** @param template with `{id}` in it, once or more. */
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
