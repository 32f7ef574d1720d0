import { mkdir } from 'node:fs/promises';
import { fileURLToPath } from 'node:url';
import { chromium } from 'playwright-core';

/**
 * Takes the pictures of docs/images: `node scripts/screenshots.js http://localhost:3000 /usr/bin/chromium`. The page is
 * that of a running server; the files and downloads are made up, so that the pictures are the same every time.
 * ImageMagick makes them small: `mogrify +dither -colors 64 docs/images/*.png`.
 */

const [url = 'http://localhost:3000', executablePath = '/usr/bin/chromium'] = process.argv.slice(2);
const images = fileURLToPath(new URL('../docs/images/', import.meta.url));
const id = (i) => `6dbe0f43-9a5c-5d5c-8a3e-1d0b3b8c0f4${i}`;

const NAMES = 'aerial harbour lighthouse market night-train orchard pier quarry river sunset'.split(' ');
const files = Array.from({ length: 40 }, (_, i) => ({
  fileId: 70_000 + i,
  name: `2026/${NAMES[i % 10]}-${1 + Math.floor(i / 10)}.${i % 7 === 5 ? 'mov' : 'jpg'}`,
  size: i % 7 === 5 ? 412e6 + i * 31e6 : 2.1e6 + i * 310_000,
}));

const at = (minutes) => new Date(Date.now() + minutes * 60_000).toISOString();
const job = (i, status, archiveName, more) => ({
  jobId: id(i),
  status,
  archiveName,
  format: 'zip',
  labels: {},
  progress: 100,
  message: '',
  attempts: 1,
  filesProcessed: 8,
  filesSkipped: 0,
  totalFiles: 8,
  bytesProcessed: 1.2e9,
  bytesTotal: 1.2e9,
  createdAt: at(-i),
  startedAt: at(-i),
  completedAt: at(0),
  expiresAt: at(1_440),
  etaSeconds: null,
  queuePosition: null,
  nextPollInMs: null,
  archive: null,
  error: null,
  downloadUrl: null,
  streamUrl: null,
  eventsUrl: null,
  ...more,
});
const archive = (skipped) => ({
  archive: {
    name: 'a.zip',
    size: 1.2e9,
    contentType: 'application/zip',
    checksum: `sha256:${'5f'.repeat(32)}`,
    files: 8,
    skipped,
  },
  filesSkipped: skipped,
});
const error = {
  code: 'FILE_NOT_FOUND',
  message: 'report.pdf does not exist.',
  retryAfterMs: 12_000,
  supportId: '01a2251a-e88c',
};
const active = { completedAt: null, nextPollInMs: 60_000 };
const jobs = [
  job(0, 'running', 'photos.zip', {
    ...active,
    progress: 45,
    filesProcessed: 3,
    bytesProcessed: 540e6,
    etaSeconds: 20,
    message: 'Fetching 3 of 8 files',
  }),
  job(1, 'queued', 'clips.zip', {
    ...active,
    progress: 0,
    bytesProcessed: 0,
    queuePosition: 2,
    message: 'Waiting',
  }),
  job(2, 'completed', 'books.zip', archive(0)),
  job(3, 'completed', 'maps.zip', archive(2)),
  job(4, 'failed', 'reports.zip', { error: { ...error, fileIds: [70_001] }, progress: 20 }),
  job(5, 'expired', 'old.zip', {}),
];

const answers = {
  'v1/me': {
    userId: 'ada',
    limits: { filesPerJob: 10_000, bytesPerJob: 100e9 },
    ttlMs: 864e5,
    listing: true,
    version: '',
  },
  'v1/files': { files, nextCursor: null },
  'v1/downloads': { jobs, nextCursor: null },
  'v1/download/estimate': {
    filesFound: 3,
    filesMissing: 0,
    bytesTotal: files[1].size + files[3].size + files[5].size,
    maxBytes: 100e9,
    etaSeconds: 20,
    missing: [],
  },
};
for (const it of jobs) answers[`v1/download/status/${it.jobId}`] = it;
answers[`v1/download/${id(3)}/files`] = {
  files: [
    {
      fileId: 1,
      name: 'alps.png',
      size: null,
      state: 'skipped',
      error: { code: 'FILE_NOT_FOUND', message: '' },
    },
    { fileId: 2, name: 'coast.png', size: 9, state: 'skipped', error: { code: 'FILE_CHANGED', message: '' } },
  ],
  nextCursor: null,
};

const browser = await chromium.launch({ executablePath, args: ['--no-sandbox'] });
await mkdir(images, { recursive: true });

/** Takes one picture. `act` does what a person does before it. */
async function picture(
  name,
  { hash = '', width = 1200, height = 720, ...options } = {},
  act = async () => {},
) {
  const context = await browser.newContext({ viewport: { width, height }, ...options });
  const page = await context.newPage();
  await page.route(/\/v1\//, (route) => {
    const path = new URL(route.request().url()).pathname.replace(/^.*?(?=v1\/)/, '');
    const signedOut = name === 'sign-in';
    const json = signedOut ? { code: 'UNAUTHENTICATED' } : (answers[path] ?? { code: 'ROUTE_NOT_FOUND' });
    return route.fulfill({ status: signedOut ? 401 : answers[path] ? 200 : 404, json });
  });
  if (name === 'sign-in') {
    const auth = { mode: 'api-key', signInUrl: null };
    await page.route(`${url}/`, (route) =>
      route.request().resourceType() === 'fetch' ? route.fulfill({ json: { auth } }) : route.continue(),
    );
  }
  await page.goto(`${url}/${hash}`);
  await act(page);
  await page.waitForTimeout(1_200);
  await page.screenshot({ path: `${images}${name}.png` });
  await context.close();
}

const select = async (page) => {
  for (const index of [1, 3, 5]) await page.click(`[data-index="${index}"]`);
  await page.getByText('about 20 s', { exact: true }).waitFor();
};
const phone = { width: 360, height: 640 };

await picture('page', {}, select);
await picture('page-dark', { colorScheme: 'dark' }, select);
await picture('phone', phone, select);
await picture('phone-downloads', phone, (page) => page.click('.downloads-button'));
await picture('running', { hash: `#job=${id(0)}` });
await picture('waiting', { hash: `#job=${id(1)}` });
await picture('ready', { hash: `#job=${id(2)}` });
await picture('ready-without', { hash: `#job=${id(3)}` });
await picture('failed', { hash: `#job=${id(4)}` });
await picture('expired', { hash: `#job=${id(5)}` });
await picture('no-match', {}, async (page) => {
  answers['v1/files'] = { files: [], nextCursor: null };
  await page.getByRole('searchbox').fill('mountain');
});
answers['v1/me'].listing = false;
await picture('enter-ids', {}, (page) => page.getByRole('textbox').fill('70000\n70001'));
await picture('sign-in');
await browser.close();
