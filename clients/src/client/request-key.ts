/** Makes a key for a start. `crypto.randomUUID` does not exist on plain http pages, `getRandomValues` does. */
export function newRequestKey(): string {
  return crypto.getRandomValues(new Uint32Array(4)).join('-');
}
