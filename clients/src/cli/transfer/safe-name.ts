const RESERVED = /^(con|prn|aux|nul|com\d|lpt\d)(\.|$)/i;

/** Leaves room for the endings of a part below the 255 bytes of most file systems. */
const MAX_BYTES = 200;

/** Makes the name of an archive safe as a file name: no folders, control characters, or names that Windows reserves. */
export function safeName(name: string): string {
  const plain = name.replace(/[\p{Cc}\p{Cf}<>:"/\\|?*]+/gu, '_').replace(/^[\s.]+|[\s.]+$/g, '');
  const safe = RESERVED.test(plain) ? `_${plain}` : plain;
  return shortened(safe) || 'archive';
}

/** Shortens the stem of a long name, and keeps the extension. */
export function shortened(name: string): string {
  if (Buffer.byteLength(name) <= MAX_BYTES) return name;
  const extension = /(\.tar)?\.[A-Za-z\d]{1,8}$/.exec(name)?.[0] ?? '';
  const letters = Array.from(name.slice(0, name.length - extension.length));
  while (Buffer.byteLength(letters.join('')) > MAX_BYTES - extension.length) letters.pop();
  return letters.join('') + extension;
}
