import type { Readable } from 'node:stream';
import type { PinnedObject, PinnedSource, PinnedUrl } from '../contract/files.js';
import type { FileLocation, ObjectLocation, UrlLocation } from './catalogue/catalogue.js';
import type { FileRange, FileSource, FoundFile } from './file-source.js';

/** Delegates to the source for the kind of location. */
export class FileSources implements FileSource {
  constructor(
    private readonly objects: FileSource<ObjectLocation, PinnedObject>,
    private readonly urls: FileSource<UrlLocation, PinnedUrl>,
  ) {}

  find(location: FileLocation, signal: AbortSignal): Promise<FoundFile> {
    return location.kind === 'object'
      ? this.objects.find(location, signal)
      : this.urls.find(location, signal);
  }

  open(source: PinnedSource, size: number, signal: AbortSignal, range?: FileRange): Promise<Readable> {
    return source.kind === 'object'
      ? this.objects.open(source, size, signal, range)
      : this.urls.open(source, size, signal, range);
  }
}
