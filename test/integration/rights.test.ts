import { readFileSync } from 'node:fs';
import { afterAll, beforeAll, expect, it } from '@jest/globals';
import { errorCodeOf } from '../../src/contract/errors.js';
import { MARKER_KEY } from '../../src/storage/keys.js';
import { S3ObjectStore } from '../../src/storage/s3/s3-object-store.js';
import { collect, readAll } from '../support/bodies.js';
import { describeWith } from '../support/require-server.js';
import { BUCKET, locateSeaweedFs, type S3Server, startSeaweedFs } from '../support/s3-servers.js';
import { waitFor } from '../support/wait-for.js';

type Role = 'reader' | 'signer' | 'worker';

/** One action on one resource, as a policy in `deploy/seaweedfs` grants it, and the operation that needs it. */
interface Right {
  role: Role;
  action: string;
  on: string;
  operation: string;
  run: (store: S3ObjectStore) => Promise<unknown>;
}

interface Statement {
  Action: string[];
  Resource: string[];
  Condition?: { StringLike: { 's3:prefix': string[] } };
}

const FILE = 'downloads/70000';
const FOLDER = 'archives/0123456789abcdef/job/attempt/';
const ARCHIVE = `${FOLDER}archive.zip`;
const OUTCOMES = `${FOLDER}files.jsonl`;
const PROBED = 'archives/probe/1.json';
const LINK = { fileName: 'a.zip', contentType: 'application/zip', expiresInSeconds: 60 };
const BEGIN = { checked: false };

let owner: S3ObjectStore;

/** Begins an upload with the owner's key, for operations on it. */
const begun = async () => (await owner.begin(`${FOLDER}upload`, BEGIN)).ref;
const read = (key: string) => async (store: S3ObjectStore) => readAll(await store.read(key));

const RIGHTS: readonly Right[] = [
  {
    role: 'reader',
    action: 'GetObject',
    on: 'downloads/*',
    operation: 'checks a file',
    run: (s) => s.head(FILE),
  },
  {
    role: 'reader',
    action: 'GetObject',
    on: 'archives/*/files.jsonl',
    operation: 'reads outcomes',
    run: read(OUTCOMES),
  },
  { role: 'reader', action: 'GetObject', on: MARKER_KEY, operation: 'is ready', run: (s) => s.check() },
  {
    role: 'reader',
    action: 'GetObject',
    on: 'archives/probe/*.json',
    operation: 'knows what the store can do',
    run: read(PROBED),
  },
  {
    role: 'reader',
    action: 'ListBucket',
    on: 'downloads/*',
    operation: 'lists files',
    run: (s) => collect(s.list('downloads/')),
  },
  {
    role: 'signer',
    action: 'GetObject',
    on: 'archives/*',
    operation: 'signs a link',
    run: async (s) => {
      const answer = await fetch(await s.signedLink(ARCHIVE, LINK));
      await answer.body?.cancel();
      if (!answer.ok) throw new Error(`The link answered ${answer.status}`);
    },
  },
  { role: 'worker', action: 'GetObject', on: 'downloads/*', operation: 'reads a file', run: read(FILE) },
  { role: 'worker', action: 'GetObject', on: 'archives/*', operation: 'reads a result', run: read(OUTCOMES) },
  {
    role: 'worker',
    action: 'PutObject',
    on: 'archives/*',
    operation: 'begins an archive',
    run: (s) => s.begin(ARCHIVE, BEGIN),
  },
  {
    role: 'worker',
    action: 'DeleteObject',
    on: 'archives/*',
    operation: 'deletes an archive',
    run: (s) => s.delete([`${FOLDER}old`]),
  },
  {
    role: 'worker',
    action: 'AbortMultipartUpload',
    on: 'archives/*',
    operation: 'withdraws uploads',
    run: async (s) => {
      const { key } = await begun();
      await s.abortUploads(key);
    },
  },
  {
    role: 'worker',
    action: 'ListMultipartUploadParts',
    on: 'archives/*',
    operation: 'lists parts',
    run: async (s) => s.openUpload(await begun()).listParts(),
  },
  {
    role: 'worker',
    action: 'ListBucket',
    on: 'archives/*',
    operation: 'lists archives',
    run: (s) => collect(s.list('archives/')),
  },
  {
    role: 'worker',
    action: 'ListBucketMultipartUploads',
    on: '',
    operation: 'lists uploads',
    run: (s) => collect(s.listUploads('archives/')),
  },
];

/** Things that a stolen key must not be able to do. */
const DENIED: readonly [Role, string, (store: S3ObjectStore) => Promise<unknown>][] = [
  ['reader', 'read an archive', read(ARCHIVE)],
  ['reader', 'write a file', (s) => s.write(FILE, Buffer.from('x'))],
  ['reader', 'write an archive', (s) => s.write(ARCHIVE, Buffer.from('x'))],
  ['reader', 'list archives', (s) => collect(s.list('archives/'))],
  ['reader', 'list everything', (s) => collect(s.list(''))],
  ['signer', 'read a file', read(FILE)],
  ['signer', 'delete an archive', (s) => s.delete([ARCHIVE])],
  ['signer', 'list archives', (s) => collect(s.list('archives/'))],
  ['worker', 'write a file', (s) => s.write(FILE, Buffer.from('x'))],
  ['worker', 'delete a file', (s) => s.delete([FILE])],
  ['worker', 'list files', (s) => collect(s.list('downloads/'))],
  ['worker', 'read beside files and archives', read('other/secret')],
];

const policyOf = (role: Role) => readFileSync(`deploy/seaweedfs/${role}.json`, 'utf8');

/** Returns the place of a grant as `Right` names it: a prefix, where a condition limits it. */
const placesOf = ({ Resource, Condition }: Statement) =>
  Condition?.StringLike['s3:prefix'] ?? Resource.map((name) => name.replace(/^arn:aws:s3:::BUCKET\/?/, ''));

/** Every action on every resource of a policy. */
function grantsOf(role: Role): string[] {
  const { Statement: statements } = JSON.parse(policyOf(role)) as { Statement: Statement[] };
  return statements.flatMap((statement) =>
    statement.Action.flatMap((action) =>
      placesOf(statement).map((place) => `${role} ${action.replace('s3:', '')} ${place}`),
    ),
  );
}

/** SeaweedFS grants these together with PutObject, so both are taken away. */
const WITH_PUT = new Set(['AbortMultipartUpload', 'ListMultipartUploadParts']);

/** Returns the policy of a role without one right. */
function without({ role, action, on }: Right, bucket: string): string {
  const policy = JSON.parse(policyOf(role)) as { Statement: Statement[] };
  const removed = new Set([`s3:${action}`, ...(WITH_PUT.has(action) ? ['s3:PutObject'] : [])]);
  const kept = policy.Statement.flatMap((statement) => {
    const places = placesOf(statement);
    if (!statement.Action.includes(`s3:${action}`) || !places.includes(on)) return [statement];
    return [
      { ...statement, Action: statement.Action.filter((name) => !removed.has(name)) },
      { ...statement, Resource: statement.Resource.filter((_, index) => places[index] !== on) },
    ].filter(({ Action, Resource }) => Action.length > 0 && Resource.length > 0);
  });
  // SeaweedFS loads no policy at all when one has no statement.
  const nothing = { Effect: 'Allow', Action: ['s3:GetObject'], Resource: ['arn:aws:s3:::BUCKET/nothing'] };
  return JSON.stringify({ ...policy, Statement: [...kept, nothing] }).replaceAll('BUCKET', bucket);
}

describeWith(await locateSeaweedFs(), 'key', (program) => {
  let server: S3Server;
  const stores: S3ObjectStore[] = [];

  function open(accessKeyId: string, secretAccessKey: string): S3ObjectStore {
    const { endpoint, region, bucket } = server;
    const store = new S3ObjectStore({
      endpoint,
      region,
      bucket,
      forcePathStyle: true,
      credentials: { accessKeyId, secretAccessKey },
    });
    stores.push(store);
    return store;
  }
  const storeOf = (role: Role) => {
    const { accessKeyId, secretAccessKey } = server.identities![role];
    return open(accessKeyId, secretAccessKey);
  };
  const cripple = (right: Right) => `no-${RIGHTS.indexOf(right)}`;

  beforeAll(async () => {
    server = await startSeaweedFs(program, ({ identities, policies }) => {
      for (const right of RIGHTS) {
        const name = cripple(right);
        identities.push({ name, credentials: [{ accessKey: name, secretKey: name }], policyNames: [name] });
        policies.push({ name, content: without(right, BUCKET) });
      }
    });
    owner = open(server.accessKeyId, server.secretAccessKey);
    for (const key of [FILE, ARCHIVE, OUTCOMES, PROBED, MARKER_KEY, 'other/secret', `${FOLDER}old`]) {
      await owner.write(key, Buffer.from('bytes'));
    }
  });
  afterAll(async () => {
    for (const store of stores) store.close();
    await server?.stop();
  });

  it('has a row here for each of its rights', () => {
    const rows = RIGHTS.map(({ role, action, on }) => `${role} ${action} ${on}`);
    expect(rows.toSorted()).toEqual((['reader', 'signer', 'worker'] as const).flatMap(grantsOf).toSorted());
  });

  it.each(RIGHTS)('of the $role $operation, by $action', async (right) => {
    await right.run(storeOf(right.role));
    const name = cripple(right);
    const failure = await right.run(open(name, name)).then(
      () => null,
      (error: unknown) => error,
    );
    expect(errorCodeOf(failure) ?? String(failure)).toMatch(
      /^(FILE_FORBIDDEN|STORAGE_UNAVAILABLE|Error: The link answered 403)$/,
    );
  });

  it.each(DENIED)('of the %s cannot %s', async (role, _, run) => {
    await expect(run(storeOf(role))).rejects.toMatchObject({
      code: expect.stringMatching(/^(FILE_FORBIDDEN|STORAGE_UNAVAILABLE)$/),
    });
  });

  it('that is removed is refused, without a restart', async () => {
    const { reader } = server.identities!;
    await server.reconfigure!(({ identities }) => {
      const { credentials } = identities.find(({ name }) => name === 'reader')!;
      credentials.splice(0, 1, { accessKey: 'next', secretKey: 'next-secret' });
    });
    await waitFor('the next key', () => open('next', 'next-secret').head(FILE));
    await expect(open(reader.accessKeyId, reader.secretAccessKey).head(FILE)).rejects.toMatchObject({
      code: 'STORAGE_UNAVAILABLE',
    });
    await storeOf('worker').head(FILE);
  });
});
