import { fileURLToPath } from 'node:url';
import { safeEntryName } from '../../archive/entry-names.js';
import type { Settings } from '../../config/env.js';
import type { JobPolicy } from '../../contract/job.js';
import { ArchivePresence } from '../../jobs/archive-presence.js';
import { type FileList, NoFileList } from '../../jobs/file-ports.js';
import { JobWatchers } from '../../jobs/status/job-watchers.js';
import { TransferRate } from '../../jobs/status/transfer-rate.js';
import { storeView } from '../../jobs/store-view.js';
import { FileCheck } from '../../lookup/check-file.js';
import { DownloadEstimator } from '../../lookup/estimator.js';
import { callbackRefusal } from '../../outbound/callback-refusal.js';
import { measuredHttp } from '../../outbound/measured-http.js';
import { UrlGuard } from '../../outbound/url-guard.js';
import { versionOf } from '../../runtime/build-info.js';
import { ClockWatch } from '../../runtime/clock-watch.js';
import { createSource } from '../../source/create-source.js';
import { FileListing } from '../../source/objects/file-listing.js';
import { keptProbe } from '../../storage/capability-probe.js';
import { localLinksOf, sourceFilesOf } from '../../storage/create-store.js';
import type { SourceFiles } from '../../storage/folder/folder-files.js';
import { StoreWatch } from '../../storage/store-watch.js';
import { TemporalJobList } from '../../temporal/jobs/temporal-job-list.js';
import { TemporalOperatorJobs } from '../../temporal/jobs/temporal-operator-jobs.js';
import { SignIns } from '../auth/sign-ins.js';
import { StreamTickets } from '../auth/stream-tickets.js';
import type { AppDependencies } from '../dependencies.js';
import { Health, patient } from '../health.js';
import { STREAM_LIMITS, StreamHub, type StreamLimits } from '../streams/stream-hub.js';
import type { Connected } from './connected.js';
import type { ApiParts } from './parts.js';
import { statusJobs } from './status-jobs.js';

/** The page, as `npm run build` writes it. */
export const PAGE_FOLDER = fileURLToPath(new URL('../../web', import.meta.url));

/**
 * Wires the ports of the application to Temporal and to the store.
 * @param isStopping makes the server unready.
 */
export function appDependencies(
  parts: ApiParts,
  connected: Connected,
  isStopping: () => boolean,
): AppDependencies {
  const { settings, links, logger, observed, tracing } = parts;
  const transferRate = new TransferRate();
  const archives = new ArchivePresence(links);
  const jobs = statusJobs(parts, connected, archives, transferRate);
  const watchers = new JobWatchers(jobs);
  return {
    jobs,
    watchers,
    streams: new StreamHub(watchers, streamLimitsOf(settings)),
    ...signingIn(parts),
    ...aboutJobs(connected),
    ...aboutFiles(parts),
    ...aboutStore(parts),
    ...healthOf(parts, connected, isStopping),
    transferRate,
    archives,
    pageFolder: PAGE_FOLDER,
    webUi: { url: settings.temporalUiUrl, namespace: connected.client.options.namespace },
    policy: policyOf(settings),
    limits: settings.job,
    rateLimit: settings.rateLimit,
    callbackRefusal: callbackRefusal(
      new UrlGuard(settings.outbound.allowedHosts),
      settings.webhooks.secrets,
      logger,
    ),
    http: settings.http,
    overload: connected.overload,
    version: versionOf(),
    logger,
    ...(observed && { metrics: observed.instruments }),
    ...(tracing && { tracing }),
  };
}

function signingIn({ settings: { auth }, authenticator, ticketSecrets }: ApiParts) {
  return {
    authenticator,
    authMode: auth.mode,
    signIn: { url: auth.signInUrl },
    signIns: new SignIns(ticketSecrets, auth.signInTtlMs, authenticator.keys),
    tickets: new StreamTickets(ticketSecrets),
  };
}

function aboutJobs({ client, queues }: Connected) {
  return { jobList: new TemporalJobList(client, queues), operatorJobs: new TemporalOperatorJobs(client) };
}

function aboutFiles({ settings, store, observed }: ApiParts) {
  const files = sourceFilesOf(settings.catalogue.folder, settings.store, store);
  const { catalogue, source } = createSource(
    settings,
    files,
    observed && ((http, purpose) => measuredHttp(http, observed.outbound(purpose))),
  );
  return {
    files: new FileCheck({ catalogue, source }),
    fileList: fileListOf(settings, files),
    estimator: new DownloadEstimator({ catalogue, source }),
  };
}

function aboutStore({ store, links }: ApiParts) {
  return {
    store: {
      read: store.read.bind(store),
      signedLink: links.signedLink.bind(links),
    },
    storeView: async () => storeView(store.knownCapabilities, await keptProbe(store)),
    storeOrigin: () => links.linkOrigin(),
    ...localLinksOf(store),
  };
}

function healthOf(
  { store, logger }: ApiParts,
  { connection, workers }: Connected,
  isStopping: () => boolean,
) {
  const watch = new StoreWatch(store, logger, new ClockWatch('the object store', logger));
  const checks = {
    storage: () => watch.check(2_000),
    temporal: async () => void (await connection.healthService.check({})),
  };
  const server = async () => {
    if (isStopping()) throw new Error('shutting down');
  };
  return {
    health: new Health({ ...checks, worker: () => workers.assertPresent() }),
    readiness: new Health({ ...checks, storage: patient((timeoutMs) => watch.check(timeoutMs)), server }),
  };
}

function policyOf({
  job: { maxFiles: _files, maxQueued: _queued, maxQueueAgeMs: _age, ...policy },
  webhooks,
}: Settings): JobPolicy {
  return { ...policy, operatorWebhook: webhooks.operatorUrl !== undefined };
}

/** Without authentication all clients may be one user, so the limit per user does not apply. */
function streamLimitsOf({ auth: { mode } }: Settings): StreamLimits {
  return mode === 'none' ? { ...STREAM_LIMITS, perUser: STREAM_LIMITS.total } : STREAM_LIMITS;
}

function fileListOf({ catalogue }: Settings, files: SourceFiles): FileList {
  if (!catalogue.listing) return new NoFileList('The file list is disabled on this server.');
  if (catalogue.kind === 'template' && !catalogue.url) return new FileListing(files, safeEntryName);
  return new NoFileList('The files are in an external source, which cannot be listed.');
}
