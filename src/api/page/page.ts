/**
 * Renders the page that browsers get at the root. Its addresses are relative, for proxies with a path prefix.
 * @param version inserted as it is, so it must need no escaping.
 */
export function pageOf(version: string): string {
  return `<!doctype html>
<html lang="en">
  <head>
    <meta charset="utf-8">
    <meta name="viewport" content="width=device-width, initial-scale=1">
    <title>Longhaul</title>
  </head>
  <body>
    <main>
      <h1>Longhaul</h1>
      <p>Bulk downloads: name the files, get one archive. Version ${version}.</p>
      <h2>Download from the command line</h2>
      <p>Set <code>LONGHAUL_URL</code> to the address of this page, and name the files by their ids:</p>
      <pre><code>npx longhaul download 70000 70001 -o photos.zip</code></pre>
      <h2>Use the API</h2>
      <ul>
        <li><a href="docs/">Documentation</a></li>
        <li><a href="openapi.json">OpenAPI document</a></li>
      </ul>
    </main>
  </body>
</html>
`;
}
