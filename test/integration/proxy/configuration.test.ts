import { execFile } from 'node:child_process';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { afterEach, beforeEach, expect, it } from '@jest/globals';
import { nginxArguments, writeNginxFiles } from '../../../src/dev/topology/nginx-files.js';
import { locateNginx } from '../../support/nginx.js';
import { describeWith } from '../../support/require-server.js';

const LOAD_BALANCER = `set_real_ip_from 10.0.0.0/16;
real_ip_header X-Forwarded-For;
real_ip_recursive on;
geo $realip_remote_addr $trusted_proxy { default 0; 10.0.0.0/16 1; }
`;

describeWith(await locateNginx(), 'nginx configuration', (program) => {
  let folder: string;
  beforeEach(async () => {
    folder = await mkdtemp(join(tmpdir(), 'longhaul-nginx-'));
  });
  afterEach(() => rm(folder, { recursive: true, force: true }));

  it.each([
    ['two API servers', {}],
    ['a store', { store: { address: '127.0.0.1:8333', port: 18_333 } }],
    ['a load balancer in front', { realIp: LOAD_BALANCER }],
  ])('loads with %s', async (_, more) => {
    const apis = ['127.0.0.1:3000', '127.0.0.1:3001'];
    await writeNginxFiles(folder, { port: 18_080, apis, accessLog: join(folder, 'access.log'), ...more });
    const { stderr } = await promisify(execFile)(program, ['-t', ...nginxArguments(folder)]);
    expect(stderr).toMatch(/syntax is ok.*test is successful/s);
    expect(stderr).not.toMatch(/\[(?:warn|error|emerg)\]/);
  });
});
