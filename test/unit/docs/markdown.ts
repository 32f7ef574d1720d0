import { readdirSync, readFileSync } from 'node:fs';

/** Every Markdown file that readers are sent to; paths from the top of the repository. */
export function documents(): string[] {
  const docs = readdirSync('docs', { recursive: true, encoding: 'utf8' })
    .filter((name) => name.endsWith('.md'))
    .map((name) => `docs/${name.replaceAll('\\', '/')}`);
  return [
    'README.md',
    'CONTRIBUTING.md',
    'CHANGELOG.md',
    'SECURITY.md',
    'deploy/README.md',
    'deploy/terraform/README.md',
    'bench/README.md',
    ...docs,
  ];
}

export function readDocument(path: string): string {
  return readFileSync(path, 'utf8');
}

/** The text without fenced code, whose brackets and `#` are not Markdown. */
function proseOf(markdown: string): string {
  return markdown.replaceAll(/^(`{3,}).*\n[^]*?^\1`*[ \t]*$/gm, '');
}

/** Targets of links and images, as written. Inline code is skipped. */
export function linksOf(markdown: string): string[] {
  const text = proseOf(markdown).replaceAll(/`[^`\n]*`/g, '');
  return [...text.matchAll(/\]\(([^()\s]+)\)/g)].map(([, target]) => target!);
}

/** The anchors of all headings, by GitHub's rules: a repeated heading gets `-1`, `-2` and so on. */
export function anchorsOf(markdown: string): Set<string> {
  const seen = new Map<string, number>();
  const headings = [...proseOf(markdown).matchAll(/^#{1,6} +(.+?)[ #]*$/gm)];
  return new Set(
    headings.map(([, heading]) => {
      const slug = slugOf(heading!);
      const repeated = seen.get(slug) ?? 0;
      seen.set(slug, repeated + 1);
      return repeated === 0 ? slug : `${slug}-${repeated}`;
    }),
  );
}

function slugOf(heading: string): string {
  return heading
    .replaceAll(/\[([^\]]*)\]\([^)]*\)/g, '$1')
    .toLowerCase()
    .replaceAll(/[^\p{L}\p{M}\p{N}\p{Pc} -]/gu, '')
    .replaceAll(' ', '-');
}
