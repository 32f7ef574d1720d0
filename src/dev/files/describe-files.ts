import { join } from 'node:path';
import type { Settings } from '../../config/env.js';
import { FIRST_DOWNLOAD } from '../samples/samples.js';
import { type FilesInUse, PLACEHOLDER_EXAMPLE } from './files-in-use.js';
import { ownFolder } from './own-folder.js';

const SAMPLES_EXAMPLE = { fileIds: [70_000, 70_001, 70_002], name: 'samples' };

/** Returns true if the files are those of the embedded folder, which holds the samples. */
export function usesSamples({ store, catalogue }: Settings): boolean {
  const { kind, url, folder } = catalogue;
  return store.kind === 'file' && kind === 'template' && url === undefined && folder === undefined;
}

/** Describes the files that the settings select. Reads at most the names and sizes of a folder. */
export async function describeFiles(settings: Settings): Promise<FilesInUse> {
  const { auth, job } = settings;
  const files = { ...(await placeOf(settings)), ...archivesOf(settings) };
  // With authentication, a download needs an API key, and this process has none.
  const needsKey = auth.mode !== 'none' && files.first.length > 0;
  return {
    ...files,
    example: { ...files.example, fileIds: files.example.fileIds.slice(0, job.maxFiles) },
    listed: files.listed && settings.catalogue.listing,
    first: needsKey ? [] : files.first.slice(0, job.maxFiles),
    ...(needsKey ? { noFirst: 'No first download, because it needs an API key (AUTH_MODE is set).' } : {}),
  };
}

async function placeOf(settings: Settings): Promise<FilesInUse> {
  const { store, catalogue } = settings;
  const none = { example: PLACEHOLDER_EXAMPLE, listed: false, first: [] };
  if (catalogue.folder !== undefined) return ownFolder(catalogue.folder, store.dataDir);
  if (catalogue.url !== undefined) {
    const { host } = new URL(catalogue.url);
    return catalogue.kind === 'http'
      ? {
          ...none,
          place: `wherever the catalogue at ${host} says (CATALOGUE_URL)`,
          advice: `Start a download with ids that your catalogue at ${host} knows:`,
        }
      : {
          ...none,
          place: `on ${host} (CATALOGUE_URL)`,
          advice: 'Start a download with ids that take the place of {id} in CATALOGUE_URL:',
        };
  }
  if (store.kind === 's3') {
    return {
      ...none,
      listed: true,
      place: `objects downloads/{id} or downloads/{id}.zip of ${bucketOf(settings)}`,
      advice: 'Start a download. The id of an object is its key without downloads/:',
    };
  }
  return {
    place: `${join(store.dataDir, 'objects', 'downloads')} (put report.pdf there: its id is report.pdf)`,
    advice: 'Try it with the sample files 70000 to 70011:',
    example: SAMPLES_EXAMPLE,
    listed: false,
    first: FIRST_DOWNLOAD,
  };
}

function archivesOf(settings: Settings): { archives?: string } {
  return settings.store.kind === 's3' ? { archives: bucketOf(settings) } : {};
}

function bucketOf({ store: { s3 } }: Settings): string {
  const server = s3.endpoint === undefined ? `Amazon S3, ${s3.region}` : new URL(s3.endpoint).host;
  return `bucket ${s3.bucket} (${server})`;
}
