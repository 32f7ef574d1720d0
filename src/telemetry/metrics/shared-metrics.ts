import { gauge, histogram } from './definition.js';

/** Bounds of requests to other servers, in seconds. 0.5 is the bound of an objective. */
const REQUEST_SECONDS = [0.005, 0.025, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 30];

export const STORE_OPERATIONS = [
  'HeadObject',
  'GetObject',
  'PutObject',
  'DeleteObjects',
  'ListObjectsV2',
  'CreateMultipartUpload',
  'UploadPart',
  'UploadPartCopy',
  'CompleteMultipartUpload',
  'AbortMultipartUpload',
  'ListMultipartUploads',
  'ListParts',
] as const;

export const TEMPORAL_OPERATIONS = [
  'StartWorkflowExecution',
  'DescribeWorkflowExecution',
  'QueryWorkflow',
  'SignalWorkflowExecution',
  'SignalWithStartWorkflowExecution',
  'RequestCancelWorkflowExecution',
  'TerminateWorkflowExecution',
  'GetWorkflowExecutionHistory',
  'ListWorkflowExecutions',
  'CountWorkflowExecutions',
  'DescribeTaskQueue',
  'ListWorkers',
  'other',
] as const;

/** Metrics of every process. */
export const SHARED_METRICS = {
  buildInfo: gauge('longhaul_build_info', 'Always 1; version and hash of the workflow code of this process', {
    version: null,
    workflow_bundle: null,
  }),
  temporalCalls: histogram(
    'temporal_call_duration_seconds',
    'Calls of the Temporal client, each attempt, by method',
    { operation: TEMPORAL_OPERATIONS, outcome: ['ok', 'missing', 'unavailable', 'late'] },
    REQUEST_SECONDS,
  ),
  storeRequests: histogram(
    'object_store_request_duration_seconds',
    'Requests to the object store, each attempt, until the response begins; a file store counts under the same names',
    { operation: STORE_OPERATIONS, outcome: ['ok', 'missing', 'denied', 'throttled', 'late', 'error'] },
    REQUEST_SECONDS,
  ),
  outboundRequests: histogram(
    'outbound_request_duration_seconds',
    'Requests to file servers, catalogues and callback receivers, until the response begins',
    {
      purpose: ['file', 'catalogue', 'callback'],
      outcome: ['ok', 'rejected', 'failing', 'late', 'refused'],
    },
    REQUEST_SECONDS,
  ),
} as const;
