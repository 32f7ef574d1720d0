import { OutboundHttp } from '../outbound/outbound-http.js';
import { UrlGuard } from '../outbound/url-guard.js';
import type { Catalogue } from './catalogue/catalogue.js';
import type { FileSource } from './file-source.js';
import { FileSources } from './file-sources.js';
import { BatchingCatalogue } from './catalogue/batching-catalogue.js';
import { HttpCatalogue } from './catalogue/http-catalogue.js';
import { HttpsSource } from './https/https-source.js';
import { ObjectSource, type SourceStore } from './objects/object-source.js';
import { TemplateCatalogue } from './catalogue/template-catalogue.js';
import { UrlTemplateCatalogue } from './catalogue/url-template-catalogue.js';

/** Settings of the catalogue and of requests to other servers. */
export interface SourceSettings {
  catalogue: { kind: 'template' | 'http'; url?: string | undefined; secret?: string | undefined };
  outbound: { allowedHosts: readonly string[] };
  job: { maxBytes: number };
}

/** Decorates the way to other servers, for one purpose. */
export type MeasureHttp = (
  http: Pick<OutboundHttp, 'send'>,
  purpose: 'file' | 'catalogue',
) => Pick<OutboundHttp, 'send'>;

/** Creates the configured catalogue and the source that reads its files. Sends no request. */
export function createSource(
  { catalogue, outbound, job }: SourceSettings,
  store: SourceStore,
  measure: MeasureHttp = (http) => http,
): { catalogue: Catalogue; source: FileSource } {
  const http = new OutboundHttp(new UrlGuard(outbound.allowedHosts));
  const https = new HttpsSource(measure(http, 'file'), job.maxBytes);
  return {
    catalogue: createCatalogue(catalogue, measure(http, 'catalogue')),
    source: new FileSources(new ObjectSource(store), https),
  };
}

function createCatalogue(
  { kind, url = '', secret = '' }: SourceSettings['catalogue'],
  http: Pick<OutboundHttp, 'send'>,
): Catalogue {
  if (kind === 'http') return new BatchingCatalogue(new HttpCatalogue({ url, secret, http }));
  return url === '' ? new TemplateCatalogue() : new UrlTemplateCatalogue(url);
}
