import { promisify } from 'node:util';
import { deflateRaw } from 'node:zlib';

const deflate = promisify(deflateRaw);

const COMPRESSED_EXTENSIONS =
  /\.(7z|aac|apk|avif|br|bz2|docx|epub|flac|gif|gz|heic|heif|jar|jpe?g|jxl|lz4|m4[av]|mkv|mov|mp[34]|odt|ogg|opus|pdf|png|pptx|rar|tgz|webm|webp|whl|wma|wmv|woff2?|xlsx|xz|zip|zst)$/i;
const COMPRESSED_TYPES =
  /^(?:audio\/(?!x?-?wav)|video\/|image\/(?:avif|gif|hei[cf]|jpeg|jxl|png|webp)|application\/(?:gzip|pdf|zip|zstd|x-7z-compressed|x-bzip2|x-rar-compressed|x-xz|vnd\.openxmlformats-))/i;

/** Deflating pays off only below this ratio of deflated size to original size. */
const MAX_WORTHWHILE_RATIO = 0.95;

/** Returns true when the name or the content type indicates compressed data. */
export function isCompressedType(name: string, contentType: string | null): boolean {
  return COMPRESSED_EXTENSIONS.test(name) || (contentType !== null && COMPRESSED_TYPES.test(contentType));
}

/** Returns true when deflating the sample saves less than 5 %. Runs on the libuv thread pool. */
export async function isIncompressible(sample: Buffer): Promise<boolean> {
  if (sample.length === 0) return true;
  const deflated = await deflate(sample, { level: 1 });
  return deflated.length >= sample.length * MAX_WORTHWHILE_RATIO;
}
