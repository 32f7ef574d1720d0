import { fitsNumbered, numberedName } from './entry-names.js';

/** A safe entry name, and whether the request asked for it. */
export interface WantedName {
  name: string;
  nameIsRequested?: boolean;
}

/**
 * Makes safe names unique: the second `a.txt` becomes `a (1).txt`. Requested names take precedence over others, then
 * earlier ones over later ones. A number never makes a name that another file has. Names that differ only in case count
 * as equal, because they would overwrite each other on Windows and macOS. A file never has the name of a folder.
 * @param reserved names of files that are taken already.
 */
export function uniqueNames(wanted: readonly WantedName[], reserved: readonly string[] = []): string[] {
  const taken = new TakenNames();
  for (const name of reserved) taken.take(name);
  const names = wanted.map(({ name }) => name);
  const positions = [...names.keys()];
  const isRequested = (position: number) => wanted[position]!.nameIsRequested === true;
  const byPrecedence = [...positions.filter(isRequested), ...positions.filter((p) => !isRequested(p))];
  const late = byPrecedence.filter((position) => !taken.take(names[position]!));
  for (const position of late) names[position] = taken.takeAnother(names[position]!);
  return names;
}

class TakenNames {
  private readonly kinds = new Map<string, 'file' | 'folder'>();
  private readonly nextNumber = new Map<string, number>();
  /** New names of folders that have the name of a file. */
  private readonly renamedFolders = new Map<string, string>();

  /** Takes a name for a file. Returns false when it, or one of its folders, is taken. */
  take(name: string): boolean {
    const key = fold(name);
    const folders = foldersOf(key);
    if (this.kinds.has(key) || folders.some((folder) => this.kinds.get(folder) === 'file')) return false;
    this.kinds.set(key, 'file');
    for (const folder of folders) this.kinds.set(folder, 'folder');
    return true;
  }

  /** Takes the name with another folder or a number. A name that becomes too long leaves its folders. */
  takeAnother(name: string): string {
    const moved = this.outsideFiles(name);
    const wanted = fitsNumbered(moved) ? moved : name.slice(name.lastIndexOf('/') + 1);
    if (this.take(wanted)) return wanted;
    const numbered = this.numbered(wanted);
    this.take(numbered);
    return numbered;
  }

  /** Renames folders that have the name of a file, because no unpacker could create both. */
  private outsideFiles(name: string): string {
    return name.split('/').reduce((path, segment) => `${this.folder(path)}/${segment}`);
  }

  private folder(path: string): string {
    const key = fold(path);
    if (this.kinds.get(key) !== 'file') return path;
    const renamed = this.renamedFolders.get(key) ?? this.numbered(path);
    this.renamedFolders.set(key, renamed);
    return renamed;
  }

  private numbered(name: string): string {
    const series = fold(numberedName(name, 1));
    for (let n = this.nextNumber.get(series) ?? 1; ; n++) {
      const numbered = numberedName(name, n);
      if (this.kinds.has(fold(numbered))) continue;
      this.nextNumber.set(series, n + 1);
      return numbered;
    }
  }
}

/** Returns the folders of a name, outermost first. */
function foldersOf(name: string): string[] {
  const folders: string[] = [];
  for (let slash = name.indexOf('/'); slash >= 0; slash = name.indexOf('/', slash + 1)) {
    folders.push(name.slice(0, slash));
  }
  return folders;
}

/** Folds case. Goes through upper case, because only there sigma and final sigma are the same letter. */
function fold(name: string): string {
  // Most names are ASCII, and folding those is several times as fast.
  // eslint-disable-next-line no-control-regex -- tests for ASCII
  if (/^[\u0000-\u007f]*$/.test(name)) return name.toLowerCase();
  return name.toLowerCase().toUpperCase().toLowerCase().normalize('NFC');
}
