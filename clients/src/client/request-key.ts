/** Makes a key for a start. `crypto.randomUUID` does not exist on plain http pages, `getRandomValues` does. */
export function newRequestKey(): string {
  const bytes = crypto.getRandomValues(new Uint8Array(16));
  return Array.from(bytes, (byte) => byte.toString(16).padStart(2, '0')).join('');
}
