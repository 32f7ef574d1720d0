import { clientOf } from '../connect.js';
import { KeyFile } from '../credentials/key-file.js';
import { readSecret } from '../credentials/read-secret.js';
import { checkedToken, findServer, isExposed } from '../credentials/server.js';
import { warnOfPlainHttp } from '../credentials/warnings.js';
import { type Command, noArguments, printJson } from './command.js';

export const login: Command = {
  usage: '',
  summary: 'keep the key of a server',
  examples: ['longhaul login --url https://downloads.example.com', 'longhaul login < key.txt'],
  flags: [],
  async run(context) {
    noArguments(context, 'login');
    const { values, console } = context;
    const keys = new KeyFile();
    const { url } = await findServer(values.url, keys);
    const secret = await readSecret(`Key for ${url} (hidden; empty if the server asks for none): `);
    const token = secret === '' ? undefined : checkedToken(secret, 'The key');
    const server = { url, token, tokenFrom: undefined };
    if (isExposed(server)) warnOfPlainHttp(url, console);
    const me = await clientOf(server).me();
    await keys.keep(url, token);
    if (values.json) printJson(console, { url, userId: me.userId });
    else console.data(`${me.userId}\n`);
    console.note(
      token === undefined
        ? `${url} is kept as the default server.`
        : `Signed in to ${url}. The key is in ${keys.path}.`,
    );
    warnOfOverrides(console);
    console.hint('Next: longhaul files, or longhaul download ID...');
  },
};

export const logout: Command = {
  usage: '',
  summary: 'forget the key of a server',
  examples: ['longhaul logout'],
  flags: [],
  async run(context) {
    noArguments(context, 'logout');
    const { values, console } = context;
    const keys = new KeyFile();
    const { url } = await findServer(values.url, keys);
    const wasKept = await keys.forget(url);
    console.note(wasKept ? `The key of ${url} is forgotten.` : `There is no key of ${url}.`);
    warnOfOverrides(console);
  },
};

export const whoami: Command = {
  usage: '',
  summary: 'show who the server takes me for, and my limits',
  examples: ['longhaul whoami'],
  flags: [],
  async run(context) {
    noArguments(context, 'whoami');
    const { values, console } = context;
    const { client, server } = await context.connect();
    const me = await client.me();
    if (values.json) {
      printJson(console, { url: server.url, ...me });
      return;
    }
    const limits = Object.entries(me.limits).map(([name, value]) => `${name}: ${value ?? 'no limit'}\n`);
    console.data(`${me.userId}\n`);
    console.note(`Server: ${server.url}, version ${me.version}`);
    console.note(`Key: ${server.tokenFrom === undefined ? 'none' : `from ${server.tokenFrom}`}`);
    if (limits.length > 0) console.note(limits.join('').trimEnd());
  },
};

function warnOfOverrides(console: { note(line: string): void }): void {
  const name = ['LONGHAUL_TOKEN', 'LONGHAUL_API_KEY'].find((candidate) => process.env[candidate]);
  if (name !== undefined) console.note(`${name} is set, and wins over kept keys.`);
}
