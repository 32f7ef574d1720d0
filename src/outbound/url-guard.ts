import { isIP } from 'node:net';
import { isPublicAddress } from './addresses.js';

export const MAX_URL_LENGTH = 2_048;

const HTTPS_PORT = 443;
const FIRST_UNPRIVILEGED_PORT = 1_024;

/** Where other protocols than HTTP live: the bad ports above 1023 of the Fetch standard, and databases. */
const REFUSED_PORTS: ReadonlySet<number> = new Set([
  1719, 1720, 1723, 2049, 3659, 4045, 4190, 5060, 5061, 6000, 6566, 6665, 6666, 6667, 6668, 6669, 6679, 6697,
  10_080, 1433, 1521, 2375, 2376, 2379, 2380, 3306, 3389, 5432, 5672, 5900, 6379, 9042, 11_211, 27_017,
]);

/** Names that mean this machine or this network, wherever they are asked (RFC 6761, RFC 6762, RFC 8375). */
const LOCAL_NAME = /(?:^|\.)(?:localhost|local|internal|home\.arpa)\.?$/;

/** What a URL may be. */
export type Verdict =
  /** Its host stands on the operator's list, and may be anywhere. */
  | 'allowed'
  /** Nothing speaks against it but the address of its name, which is seen when it is connected to. */
  | 'public';

export interface Refusal {
  /** The end of a sentence that begins with the name of the URL. */
  refusal: string;
  /** What the operator's list would need to have for the URL to be let through; absent where nothing helps. */
  entry?: string;
}

/** Decides which URLs that others gave may be called. It asks nobody: what a name resolves to is checked at connect time. */
export class UrlGuard {
  private readonly allowedHosts: ReadonlySet<string>;

  /** @param allowedHosts `host:port` entries that are let through although private, and over http. */
  constructor(allowedHosts: readonly string[] = []) {
    this.allowedHosts = new Set(allowedHosts.map(normalized));
  }

  /** Why a URL is refused, as the end of a sentence that begins with its name; undefined when it is not. */
  refusalOf(text: string): string | undefined {
    const verdict = this.judge(text);
    return 'refusal' in verdict ? verdict.refusal : undefined;
  }

  /** The URL as it is called, in the spelling of the URL standard: `0x7f.1` is `127.0.0.1` there. */
  judge(text: string): { url: URL; verdict: Verdict } | Refusal {
    if (text.length > MAX_URL_LENGTH) return { refusal: `must have at most ${MAX_URL_LENGTH} characters` };
    const url = URL.canParse(text) ? new URL(text) : undefined;
    if (!url || !/^https?:$/.test(url.protocol)) return { refusal: 'must be an https URL' };
    if (url.username || url.password) return { refusal: 'must not contain a user name or password' };
    const entry = `${url.hostname}:${portOf(url)}`;
    if (this.allowedHosts.has(entry)) return { url, verdict: 'allowed' };
    const refusal = faultOf(url);
    return refusal ? { refusal, entry } : { url, verdict: 'public' };
  }
}

function faultOf(url: URL): string | undefined {
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

/** The spelling that URLs have after parsing: lower case, addresses in their plain form. */
function normalized(entry: string): string {
  const [, host = '', port = ''] = /^(.*):(\d+)$/.exec(entry) ?? [];
  const url = `http://${host}`;
  return `${URL.canParse(url) ? new URL(url).hostname : host}:${Number(port)}`;
}
