import { decodeExtended, parse } from 'content-disposition';
import { decodedText, headerText } from '../../bytes/header-text.js';

/**
 * Returns the file name in a Content-Disposition header (RFC 6266), as leniently as browsers read it. Prefers
 * `filename*` to `filename`. Only the last segment of a path counts, because servers must not choose folders.
 */
export function dispositionName(header: string): string | undefined {
  const { 'filename*': extended = '', filename = '' } = parametersOf(repaired(headerText(header)));
  return [decodeExtended(extended) ?? '', decodedText(filename)].map(lastSegment).find(isName);
}

/** Adds the parameter whose closing quote is missing. The parser would ignore it. */
function parametersOf(header: string): Record<string, string> {
  const options = { extended: false };
  return { ...parse(`${header}"`, options).parameters, ...parse(header, options).parameters };
}

/**
 * Decodes a header that is encoded as a whole. Makes up for a missing type or semicolon. Doubles the backslashes of
 * Windows paths, otherwise the parser would remove them.
 */
function repaired(header: string): string {
  const text = header.startsWith('=?') ? decodedText(header) : header;
  return text
    .replace(/^[^;="]*?\b(?=filename\*?\s*=)/i, ';')
    .replace(/\\(["\\])?/g, (pair, escaped) => (escaped ? pair : '\\\\'));
}

function lastSegment(path: string): string {
  return path.split(/[\\/]/).at(-1) ?? '';
}

function isName(name: string): boolean {
  return /[^.\s]/.test(name);
}
