import { cp, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { afterAll, beforeAll, expect, it } from '@jest/globals';
import { ApiDocument } from '../support/api-document.js';
import { describeWith } from '../support/require-server.js';
import { locateSchemathesis, runSchemathesis } from '../support/schemathesis.js';
import { Stack } from '../support/stack.js';
import { locateTemporalCli } from '../support/temporal-programs.js';
import { waitFor } from '../support/wait-for.js';

const UNKNOWN = '01890000-0000-7000-8000-000000000000';
const SUITE = resolve('test/schemathesis');

async function startStack(temporalCli: string): Promise<Stack> {
  const stack = await Stack.start({ temporalCli, env: { MAX_FILES_PER_JOB: '100' } });
  await stack.store.write('downloads/70000', Buffer.from('hello'));
  return stack;
}

describeWith(await locateTemporalCli(), 'answers as the document has them', (temporalCli) => {
  let stack: Stack;
  let document: ApiDocument;
  const held = new Set<string>();

  beforeAll(async () => {
    stack = await startStack(temporalCli);
    document = await ApiDocument.fetch(stack.baseUrl);
  });
  afterAll(() => stack?.stop());

  /** Holds a real answer against the document; gives it back to go on with. */
  const assertDocumented = async (
    operation: string,
    status: number,
    answer: Promise<Response>,
  ): Promise<Response> => {
    const response = await answer;
    expect([operation, response.status]).toEqual([operation, status]);
    expect(await document.faultsOf(operation, response)).toEqual([]);
    held.add(operation);
    return response;
  };
  const start = async (body: unknown) => {
    const response = await assertDocumented(
      'post /v1/download/initiate',
      202,
      stack.post('/v1/download/initiate', body),
    );
    return ((await response.json()) as { jobId: string }).jobId;
  };

  it('from the start of a job to its archive', async () => {
    const jobId = await start({ fileIds: [70_000, 70_099, 70_000], onFileError: 'skip' });
    await assertDocumented(
      'get /v1/download/status/{jobId}',
      200,
      stack.request(`/v1/download/status/${jobId}`),
    );
    await stack.untilFinal(jobId);
    await assertDocumented(
      'get /v1/download/status/{jobId}',
      200,
      stack.request(`/v1/download/status/${jobId}`),
    );
    const archive = await assertDocumented(
      'get /v1/download/{jobId}',
      302,
      stack.request(`/v1/download/${jobId}`),
    );
    const link = archive.headers.get('location')!;
    await assertDocumented('get /v1/objects/{token}', 200, fetch(link));
    await assertDocumented('get /v1/objects/{token}', 206, fetch(link, { headers: { range: 'bytes=0-3' } }));
    await assertDocumented(
      'get /v1/objects/{token}',
      416,
      fetch(link, { headers: { range: 'bytes=99999999-' } }),
    );
    await assertDocumented('get /v1/objects/{token}', 403, fetch(`${stack.baseUrl}/v1/objects/nonsense`));
    const files = `/v1/download/${jobId}/files`;
    await assertDocumented('get /v1/download/{jobId}/files', 200, stack.request(files));
    await assertDocumented('get /v1/download/{jobId}/files', 400, stack.request(`${files}?limit=0`));
    await assertDocumented(
      'post /v1/download/cancel/{jobId}',
      409,
      stack.post(`/v1/download/cancel/${jobId}`),
    );
    await assertDocumented(
      'post /v1/admin/failed/{jobId}/retry',
      409,
      stack.post(`/v1/admin/failed/${jobId}/retry`),
    );
  });

  it('when a job is cancelled, and there is no archive', async () => {
    await stack.workers[0]!.pause();
    const jobId = await start({ fileId: 70_000 });
    await assertDocumented('get /v1/download/{jobId}', 409, stack.request(`/v1/download/${jobId}`));
    await assertDocumented(
      'post /v1/download/cancel/{jobId}',
      200,
      stack.post(`/v1/download/cancel/${jobId}`),
    );
    stack.workers[0]!.resume();
    await stack.untilFinal(jobId);
  });

  it('when a job is refused', async () => {
    const refused = (status: number, init: RequestInit) =>
      assertDocumented(
        'post /v1/download/initiate',
        status,
        stack.request('/v1/download/initiate', { method: 'POST', ...init }),
      );
    const json = { 'content-type': 'application/json' };
    await refused(400, { body: '{"fileIds":[1,2]}', headers: json });
    await refused(400, { body: '{', headers: json });
    await refused(401, { body: '{"fileId":70000}', headers: { ...json, 'x-user-id': 'a b' } });
    await refused(413, { body: JSON.stringify({ x: 'x'.repeat(1_100_000) }), headers: json });
    await refused(415, { body: 'x', headers: { 'content-type': 'text/plain' } });
    const keyed = { ...json, 'idempotency-key': 'a-key' };
    await refused(202, { body: '{"fileId":70000}', headers: keyed });
    await refused(422, { body: '{"fileId":70001}', headers: keyed });
  });

  it('when a file is looked up', async () => {
    for (const file_id of [70_000, 70_099]) {
      await assertDocumented('post /v1/download/check', 200, stack.post('/v1/download/check', { file_id }));
    }
    await assertDocumented('post /v1/download/check', 400, stack.post('/v1/download/check', {}));
  });

  it('when an operator looks after jobs', async () => {
    const jobId = await start({ fileId: 70_099, labels: { a: 'b' } });
    await stack.untilFinal(jobId);
    await waitFor('the job to be listed', async () => {
      const response = await assertDocumented('get /v1/admin/failed', 200, stack.request('/v1/admin/failed'));
      return JSON.stringify(await response.json()).includes(jobId);
    });
    await assertDocumented('get /v1/admin/failed', 400, stack.request('/v1/admin/failed?cursor=x'));
    const nobody = { headers: { 'x-user-id': 'eve' } };
    await assertDocumented('get /v1/admin/failed', 403, stack.request('/v1/admin/failed', nobody));
    await assertDocumented('get /v1/admin/jobs/{jobId}', 200, stack.request(`/v1/admin/jobs/${jobId}`));
    await stack.workers[0]!.pause();
    await assertDocumented(
      'post /v1/admin/failed/{jobId}/retry',
      202,
      stack.post(`/v1/admin/failed/${jobId}/retry`),
    );
    const terminate = (body: object) => stack.post(`/v1/admin/jobs/${jobId}/terminate`, body);
    await assertDocumented('post /v1/admin/jobs/{jobId}/terminate', 400, terminate({}));
    await assertDocumented('post /v1/admin/jobs/{jobId}/terminate', 200, terminate({ reason: 'over' }));
    await assertDocumented('post /v1/admin/jobs/{jobId}/terminate', 409, terminate({ reason: 'over' }));
    stack.workers[0]!.resume();
  });

  it('of the service itself', async () => {
    for (const path of ['/livez', '/readyz', '/health', '/', '/openapi.json']) {
      await assertDocumented(`get ${path}`, 200, stack.request(path));
    }
  });

  it('when there is no such job', async () => {
    for (const operation of document.operations().filter((one) => one.includes('{jobId}'))) {
      const [method, path] = operation.split(' ') as [string, string];
      const url = path.replace('{jobId}', UNKNOWN);
      await assertDocumented(
        operation,
        404,
        method === 'get' ? stack.request(url) : stack.post(url, { reason: 'x' }),
      );
    }
  });

  it('of every operation', () => {
    expect([...held].toSorted()).toEqual(document.operations().toSorted());
  });

  it('when Temporal is down', async () => {
    await stack.temporal.kill();
    for (const operation of ['get /v1/download/status/{jobId}', 'get /v1/admin/jobs/{jobId}']) {
      await assertDocumented(
        operation,
        503,
        stack.request(operation.split(' ')[1]!.replace('{jobId}', UNKNOWN)),
      );
    }
    await assertDocumented('get /v1/admin/failed', 503, stack.request('/v1/admin/failed'));
    await assertDocumented(
      'post /v1/download/initiate',
      503,
      stack.post('/v1/download/initiate', { fileId: 70_000 }),
    );
    await assertDocumented('get /health', 503, stack.request('/health'));
  });
});

const programs = [await locateTemporalCli(), await locateSchemathesis()];
describeWith(programs, 'what Schemathesis makes of the document', (temporalCli, schemathesis) => {
  let stack: Stack;
  let directory: string;

  beforeAll(async () => {
    stack = await startStack(temporalCli);
    directory = await mkdtemp(join(tmpdir(), 'longhaul-schemathesis-'));
    await cp(SUITE, directory, { recursive: true });
  });
  afterAll(async () => {
    await stack?.stop();
    await rm(directory, { recursive: true, force: true });
  });

  /** All checks, on data that fits the schemas and on data that does not; the same on every run. */
  const run = (config: string, more: string) =>
    runSchemathesis(
      schemathesis,
      // A redirect to the archive is an answer, not a way: none is followed.
      `--config-file ${config} run ${stack.baseUrl}/openapi.json --checks all --max-redirects 0 --seed 1 --continue-on-failure ${more}`.split(
        ' ',
      ),
      directory,
    );

  it('is answered without a server error, and with nothing that is not documented', async () => {
    const { passed, output } = await run('schemathesis.toml', '--max-examples 10');
    expect(passed ? '' : output).toBe('');
    expect(output).toMatch(/Tested: (\d+)\n/);
  }, 300_000);

  it('is answered so too where there is a job and its archive', async () => {
    const { jobId } = await stack.initiate({ fileId: 70_000 });
    await stack.until(jobId, ({ status }) => status === 'completed');
    const link = (await stack.request(`/v1/download/${jobId}`)).headers.get('location')!;
    const known = `[parameters]\njobId = "${jobId}"\ntoken = "${link.split('/').at(-1)}"\n\n`;
    const config = await readFile(join(directory, 'schemathesis.toml'), 'utf8');
    await writeFile(join(directory, 'known.toml'), known + config);
    const more = '--max-examples 5 --phases coverage,fuzzing --include-path-regex [{](jobId|token)[}]';
    const { passed, output } = await run('known.toml', more);
    expect(passed ? '' : output).toBe('');
  }, 300_000);
});
