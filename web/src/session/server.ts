/** The way in which this server recognizes people. */
export interface Auth {
  mode: 'none' | 'api-key' | 'jwt' | (string & {});
  /** Address of the sign-in page; null if there is none. */
  signInUrl: string | null;
}

/** `rejected`: the key or link is wrong. `busy`: too many tries. `away`: no answer. */
export type SignInOutcome = 'signed-in' | 'rejected' | 'busy' | 'away';

const ASK_AGAIN_MS = 4_000;

/** An address of the API, relative to the page: a proxy may have put both below a path. */
export function address(path: string): URL {
  return new URL(path, document.baseURI);
}

/** Asks how to sign in until the server tells: without that, nobody can sign in or out. */
export async function readAuth(): Promise<Auth> {
  for (;;) {
    const auth = await askAuth().catch(() => undefined);
    if (auth) return auth;
    await new Promise((resolve) => setTimeout(resolve, ASK_AGAIN_MS));
  }
}

/** Another `Accept` would answer with this page. A proxy may answer anything. */
async function askAuth(): Promise<Auth | undefined> {
  const response = await fetch(address('./'), { headers: { accept: 'application/json' } });
  return ((await response.json()) as { auth?: Auth }).auth;
}

/** Exchanges a key, or the ticket of a link, for a cookie that no script can read. */
export async function signIn(secret: string): Promise<SignInOutcome> {
  // Other characters cannot be sent in a header, and are in no key.
  if (!/^[\x21-\x7e]+$/.test(secret)) return 'rejected';
  try {
    const headers = { authorization: `Bearer ${secret}` };
    const { ok, status } = await fetch(address('v1/sign-in'), { method: 'POST', headers });
    if (ok) return 'signed-in';
    if (status === 401 || status === 403) return 'rejected';
    return status === 429 ? 'busy' : 'away';
  } catch {
    return 'away';
  }
}

/** Removes the cookie. @throws Error if the server did not confirm it: the cookie may still count. */
export async function signOut(): Promise<void> {
  const { ok, status } = await fetch(address('v1/sign-in'), { method: 'DELETE' });
  if (!ok) throw new Error(`The sign-out was answered by ${status}.`);
}
