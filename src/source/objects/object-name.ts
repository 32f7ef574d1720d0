interface NamedObject {
  key: string;
  contentDisposition: string | null;
  metadata: Record<string, string>;
}

/**
 * Returns the name of an object: its `filename` metadata (percent-encoded UTF-8), else the name in its
 * Content-Disposition (RFC 6266), else the last segment of its key.
 */
export function nameOfObject(object: NamedObject): string {
  return (
    decode(object.metadata['filename']) ||
    fileNameOf(object.contentDisposition) ||
    (object.key.split('/').at(-1) ?? object.key)
  );
}

/** Prefers `filename*` (RFC 8187, UTF-8) to `filename`, quoted or bare. */
function fileNameOf(disposition: string | null): string | undefined {
  if (!disposition) return undefined;
  const extended = /;\s*filename\*\s*=\s*utf-8'[^']*'([^;\s]+)/i.exec(disposition)?.[1];
  if (extended) return decode(extended);
  const plain = /;\s*filename\s*=\s*(?:"((?:[^"\\]|\\.)*)"|([^;\s]+))/i.exec(disposition);
  return plain?.[1]?.replace(/\\(.)/g, '$1') ?? plain?.[2];
}

/** Percent-decodes the value. A stray `%` means that it was not encoded, so it is returned unchanged. */
function decode(value: string | undefined): string | undefined {
  if (value === undefined) return undefined;
  try {
    return decodeURIComponent(value);
  } catch {
    return value;
  }
}
