import type { FileId, ListedFile } from '../../client/index.js';

/** All files seen so far: they answer a search before the server does, and tell sizes of selected files. */
export interface KnownFiles {
  add: (files: readonly ListedFile[]) => void;
  get: (id: FileId) => ListedFile | undefined;
  /** Files whose id or name contains the query, by the rule of the server: case and composition do not count. */
  matching: (query: string) => ListedFile[];
}

export function createKnownFiles(): KnownFiles {
  const known = new Map<FileId, { file: ListedFile; text: string }>();
  return {
    add(files) {
      for (const file of files) {
        // A line feed is in no name, so that no match spans both.
        known.set(file.fileId, { file, text: fold(`${file.fileId}\n${file.name ?? ''}`) });
      }
    },
    get: (id) => known.get(id)?.file,
    matching(query) {
      const wanted = fold(query);
      const files: ListedFile[] = [];
      for (const { file, text } of known.values()) if (text.includes(wanted)) files.push(file);
      return files;
    },
  };
}

function fold(text: string): string {
  return text.normalize('NFC').toLowerCase();
}
