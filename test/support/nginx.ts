import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { freePorts } from '../../src/dev/processes/free-ports.js';
import { nginxArguments, type NginxFiles, writeNginxFiles } from '../../src/dev/topology/nginx-files.js';
import { locate, type ServerProgram } from './locate-program.js';
import { TestServer } from './test-server.js';
import { waitFor } from './wait-for.js';

const ACCESS_LOG = 'access.log';

/** Debian installs nginx where a user's PATH may not lead. */
export function locateNginx(): Promise<ServerProgram> {
  return locate('nginx', { variable: 'NGINX_PATH', paths: ['/usr/sbin/nginx'] });
}

export interface NginxOptions extends Pick<NginxFiles, 'apis' | 'limits' | 'realIp'> {
  program: string;
  /** Address `host:port` of the store; without it the store has no host of its own. */
  store?: string;
}

/** A real nginx with the shipped configuration. */
export class Nginx {
  private constructor(
    private readonly server: TestServer,
    private readonly folder: string,
    readonly port: number,
    readonly storePort: number,
  ) {}

  static async start({ program, store, ...options }: NginxOptions): Promise<Nginx> {
    const folder = await mkdtemp(join(tmpdir(), 'longhaul-nginx-'));
    const [port, storePort] = (await freePorts(2)) as [number, number];
    await writeNginxFiles(folder, {
      ...options,
      port,
      store: store === undefined ? undefined : { address: store, port: storePort },
      accessLog: join(folder, ACCESS_LOG),
    });
    const server = new TestServer(program, nginxArguments(folder), {}, [folder], true);
    const nginx = new Nginx(server, folder, port, storePort);
    await nginx.restart();
    return nginx;
  }

  get baseUrl(): string {
    return `http://127.0.0.1:${this.port}`;
  }

  /** Everything that nginx logged: errors, and one JSON line per request. */
  async log(): Promise<string> {
    return this.server.log + (await readFile(join(this.folder, ACCESS_LOG), 'utf8'));
  }

  /** Starts nginx again after `kill`. */
  async restart(): Promise<void> {
    this.server.start();
    await waitFor('nginx to start', async () => {
      if (!this.server.isRunning) throw new Error(this.server.log);
      return (await fetch(`${this.baseUrl}/metrics`)).status === 404;
    });
  }

  kill(): Promise<void> {
    return this.server.kill();
  }

  async stop(): Promise<void> {
    await this.kill();
    await rm(this.folder, { recursive: true, force: true });
  }
}
