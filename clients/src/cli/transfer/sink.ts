/** Takes the bytes of an archive in order. */
export interface Sink {
  /** Bytes taken so far. */
  readonly offset: number;
  /** Entity tag of the archive that these bytes are from; undefined while unknown. */
  readonly etag: string | undefined;
  /** Keeps the entity tag, so that only the same archive is resumed. */
  keepEtag(etag: string | undefined): Promise<void>;
  write(chunk: Uint8Array): Promise<void>;
  /** Drops all bytes. Returns false if that is impossible. */
  restart(): Promise<boolean>;
}
