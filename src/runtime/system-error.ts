/**
 * Returns the code of an operating system error, such as `ENOENT`; undefined for other errors. Reads the property
 * instead of testing `instanceof Error`, because under jest Node's errors come from another realm.
 */
export function systemCodeOf(error: unknown): string | undefined {
  if (typeof error !== 'object' || error === null) return undefined;
  const code: unknown = Reflect.get(error, 'code');
  return typeof code === 'string' ? code : undefined;
}
