/**
 * Writes the content security policy of our page: everything from this server, no inline code and no inline styles.
 * @param publicUrl where the API is, if elsewhere than the page: statuses name it for streams.
 * @param storeOrigin origin of the links to archives, because Chromium judges the redirect of a frame as well.
 */
export function pagePolicy(publicUrl: string | undefined, storeOrigin: string | null): string {
  const api = publicUrl === undefined ? [] : [new URL(publicUrl).origin];
  const sockets = api.map((origin) => origin.replace(/^http/, 'ws'));
  const directives = {
    'default-src': ["'none'"],
    'script-src': ["'self'"],
    'style-src': ["'self'"],
    'img-src': ["'self'", 'data:'],
    'connect-src': ["'self'", ...api, ...sockets],
    'frame-src': ["'self'", ...new Set([...api, ...(storeOrigin === null ? [] : [storeOrigin])])],
    'form-action': ["'none'"],
    'base-uri': ["'none'"],
    'frame-ancestors': ["'none'"],
    'require-trusted-types-for': ["'script'"],
  };
  return Object.entries(directives)
    .map(([name, values]) => `${name} ${values.join(' ')}`)
    .join(';');
}
