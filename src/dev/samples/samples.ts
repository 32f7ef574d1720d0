import type { Readable } from 'node:stream';
import { errorCodeOf } from '../../contract/errors.js';
import type { ObjectStore } from '../../storage/object-store.js';
import { lighthouseJpeg } from './files/jpeg.js';
import { pdf } from './files/pdf.js';
import { sunsetPng } from './files/png.js';
import { readings } from './files/readings.js';
import { INVOICE_JA, LAUNCH_NOTES, NORTH_REPORT, ORDER, SOUTH_REPORT, WELCOME } from './files/texts.js';
import { zip } from './files/zip.js';

/** A file that can be downloaded right after the first start. */
export interface Sample {
  fileId: number;
  name: string;
  /** Bytes. */
  size: number;
}

/** The part of an object store that seeding needs. */
export type SampleStore = Pick<ObjectStore, 'head' | 'write'>;

interface SampleFile {
  name: string;
  contentType: string;
  content: () => string | Buffer | Readable | Promise<Buffer>;
}

const FIRST_ID = 70_000;
const LARGE_BYTES = 20 * 1024 * 1024;
const TEXT = 'text/plain; charset=utf-8';

/** One file per difficult case: unusual names, an empty file, a duplicate name, a large file. */
const FILES: readonly SampleFile[] = [
  { name: 'Welcome to Longhaul.txt', contentType: TEXT, content: () => WELCOME },
  { name: 'order.json', contentType: 'application/json', content: () => ORDER },
  { name: 'sunset.png', contentType: 'image/png', content: sunsetPng },
  { name: 'lighthouse.jpg', contentType: 'image/jpeg', content: lighthouseJpeg },
  { name: 'Résumé – été 2026.pdf', contentType: 'application/pdf', content: resumePdf },
  { name: 'pictures.zip', contentType: 'application/zip', content: picturesZip },
  { name: 'empty.txt', contentType: TEXT, content: () => '' },
  { name: '🚀 launch notes 🎉.md', contentType: 'text/markdown; charset=utf-8', content: () => LAUNCH_NOTES },
  { name: '請求書 2026年6月.txt', contentType: TEXT, content: () => INVOICE_JA },
  { name: 'report.txt', contentType: TEXT, content: () => NORTH_REPORT },
  { name: 'report.txt', contentType: TEXT, content: () => SOUTH_REPORT },
  {
    name: 'sensor readings.csv',
    contentType: 'text/csv; charset=utf-8',
    content: () => readings(LARGE_BYTES),
  },
];

/** Samples of the first download: a text, an accented name, and a file large enough to show progress. */
export const FIRST_DOWNLOAD: readonly number[] = [70_000, 70_004, 70_011];

/**
 * Writes the missing sample files to `downloads/{id}`, ids 70000 to 70011. Keeps replaced samples.
 * @returns all samples.
 * @throws the errors of the store.
 */
export async function seedSamples(store: SampleStore): Promise<Sample[]> {
  const samples: Sample[] = [];
  for (const [index, file] of FILES.entries()) {
    const fileId = FIRST_ID + index;
    samples.push({ fileId, name: file.name, size: await ensureStored(store, `downloads/${fileId}`, file) });
  }
  return samples;
}

async function ensureStored(store: SampleStore, key: string, file: SampleFile): Promise<number> {
  const present = await store.head(key).catch((error: unknown) => {
    if (errorCodeOf(error) === 'FILE_NOT_FOUND') return null;
    throw error;
  });
  if (present) return present.size;

  const content = await file.content();
  const body = typeof content === 'string' ? Buffer.from(content) : content;
  const options = { contentType: file.contentType, metadata: { filename: file.name } };
  const { size } = await store.write(key, body, options);
  return size;
}

function resumePdf(): Buffer {
  return pdf([
    'Résumé, été 2026',
    'Zoë Ångström, lighthouse keeper (part time)',
    'Ten seasons on the coast, three languages, no lost ships.',
  ]);
}

function picturesZip(): Promise<Buffer> {
  return zip({
    'pictures/sunset.png': sunsetPng(),
    'pictures/lighthouse.jpg': lighthouseJpeg(),
    'pictures/read me.txt': 'Two pictures of the coast.\n',
  });
}
