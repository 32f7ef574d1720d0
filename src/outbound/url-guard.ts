import { isIP } from 'node:net';
import { isPublicAddress } from './addresses.js';

/** The only limit of URLs of files. Signed URLs of some stores have several thousand characters. */
export const MAX_URL_LENGTH = 8_192;

const HTTPS_PORT = 443;
const FIRST_UNPRIVILEGED_PORT = 1_024;

/** Ports of other protocols than HTTP: the bad ports above 1023 of the Fetch standard, and databases. */
const REFUSED_PORTS: ReadonlySet<number> = new Set([
  1719, 1720, 1723, 2049, 3659, 4045, 4190, 5060, 5061, 6000, 6566, 6665, 6666, 6667, 6668, 6669, 6679, 6697,
  10_080, 1433, 1521, 2375, 2376, 2379, 2380, 3306, 3389, 5432, 5672, 5900, 6379, 9042, 11_211, 27_017,
]);

/** Names of this machine or the local network (RFC 6761, RFC 6762, RFC 8375). */
const LOCAL_NAME = /(?:^|\.)(?:localhost|local|internal|home\.arpa)\.?$/;

/** The result of checking a URL. */
export type UrlCheck =
  /** The operator allows this host, whatever its address is. */
  | { verdict: 'allowed'; url: URL }
  /** The URL looks public. The addresses of its host name must still be checked when connecting. */
  | { verdict: 'public'; url: URL }
  | Refusal;

export interface Refusal {
  verdict: 'refused';
  /** Completes a sentence that begins with the URL's name, such as `must not use port 22`. */
  predicate: string;
  /** The OUTBOUND_ALLOWED_HOSTS entry that would allow the URL; absent when no entry can. */
  entry?: string;
}

/** Decides which untrusted URLs may be requested. Checks literal addresses; the addresses of names are checked when connecting. */
export class UrlGuard {
  private readonly allowedHosts: ReadonlySet<string>;

  /** @param allowedHosts `host:port` entries that may be private and may use http. */
  constructor(allowedHosts: readonly string[] = []) {
    this.allowedHosts = new Set(allowedHosts.map(normalized));
  }

  /** Checks the URL as normalized by the URL standard, where `0x7f.1` is `127.0.0.1`. */
  check(text: string): UrlCheck {
    if (text.length > MAX_URL_LENGTH) return refused(`must have at most ${MAX_URL_LENGTH} characters`);
    const url = URL.canParse(text) ? new URL(text) : undefined;
    if (!url || !/^https?:$/.test(url.protocol)) return refused('must be an https URL');
    if (url.username || url.password) return refused('must not contain a user name or password');
    const entry = `${url.hostname}:${portOf(url)}`;
    if (this.allowedHosts.has(entry)) return { verdict: 'allowed', url };
    const predicate = violationOf(url);
    return predicate ? { ...refused(predicate), entry } : { verdict: 'public', url };
  }
}

function refused(predicate: string): Refusal {
  return { verdict: 'refused', predicate };
}

function violationOf(url: URL): string | undefined {
  if (url.protocol !== 'https:') return 'must be an https URL';
  const port = portOf(url);
  if ((port !== HTTPS_PORT && port < FIRST_UNPRIVILEGED_PORT) || REFUSED_PORTS.has(port)) {
    return `must not use port ${port}`;
  }
  const address = url.hostname.replace(/^\[|\]$/g, '');
  const local = isIP(address) === 0 ? LOCAL_NAME.test(address) : !isPublicAddress(address);
  return local ? 'must not point into a private or reserved network' : undefined;
}

function portOf(url: URL): number {
  if (url.port) return Number(url.port);
  return url.protocol === 'https:' ? HTTPS_PORT : 80;
}

/** Spells an entry as the URL parser does: lower case, addresses in canonical form. */
function normalized(entry: string): string {
  const [, host = '', port = ''] = /^(.*):(\d+)$/.exec(entry) ?? [];
  const url = `http://${host}`;
  return `${URL.canParse(url) ? new URL(url).hostname : host}:${Number(port)}`;
}
