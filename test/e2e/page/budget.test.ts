import { readdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { gzipSync } from 'node:zlib';
import { describe, expect, it } from '@jest/globals';

const PAGE = 'dist/web';
const ASSETS = join(PAGE, 'assets');

/** Bytes of all scripts, compressed with gzip, and of all styles, as they are. */
const MAX_BYTES = { js: 120_000, css: 12_288 };

describe('the built page', () => {
  const textsOf = async (extension: string) => {
    const names = (await readdir(ASSETS)).filter((name) => name.endsWith(`.${extension}`));
    expect(names).not.toEqual([]);
    return Promise.all(names.map((name) => readFile(join(ASSETS, name), 'utf8')));
  };

  it.each(['js', 'css'] as const)('keeps the budget of its %s', async (extension) => {
    const sizes = (await textsOf(extension)).map(
      (text) => (extension === 'js' ? gzipSync(text) : Buffer.from(text)).length,
    );
    expect(sizes.reduce((sum, size) => sum + size, 0)).toBeLessThanOrEqual(MAX_BYTES[extension]);
  });

  it('refers to nothing outside', async () => {
    const html = await readFile(join(PAGE, 'index.html'), 'utf8');
    const addresses = [...html.matchAll(/\b(?:src|href)="([^"]*)"/g)].map(([, address]) => address);
    expect(addresses).not.toEqual([]);
    for (const address of addresses) expect(address).toMatch(/^\.\/assets\//);
    for (const css of await textsOf('css')) expect(css).not.toMatch(/@import|url\(["']?(?:https?:)?\/\//);
  });

  it('has no inline code and no inline style', async () => {
    const html = await readFile(join(PAGE, 'index.html'), 'utf8');
    expect(html).not.toMatch(/<style|\sstyle=|\son\w+=|<script(?![^>]*\ssrc=)/);
  });

  it('has a smaller copy of each script and style', async () => {
    const names = await readdir(ASSETS);
    for (const name of names.filter((file) => /\.(?:js|css)$/.test(file))) {
      const [br, gz] = await Promise.all(['br', 'gz'].map((end) => readFile(join(ASSETS, `${name}.${end}`))));
      expect(br!.length).toBeLessThanOrEqual(gz!.length);
    }
  });
});
