import { initiateSchema, type InitiateBody, keyHeaderSchema } from '../../../contract/http/schemas.js';
import { newJob, type NewJob } from '../../../jobs/new-job.js';
import type { AppDependencies } from '../../dependencies.js';
import { validate, ValidationError } from '../../http/validate.js';

type Dependencies = Pick<AppDependencies, 'jobs' | 'policy' | 'limits' | 'callbackRefusal' | 'logger'>;

/** A started job. */
export interface JobStart extends NewJob {
  /** RFC 3339 UTC; of the first start when `replayed`. */
  createdAt: string;
  /** True if an earlier request with the same key started the job. */
  replayed: boolean;
}

/** Starts jobs for every route. */
export class StartJob {
  private readonly schema;

  constructor(private readonly deps: Dependencies) {
    this.schema = initiateSchema(deps.limits.maxFiles, deps.callbackRefusal);
  }

  /**
   * Makes a job from a request body, without starting it.
   * @param keyHeader the `Idempotency-Key` header, an alternative to `clientRequestId`.
   * @throws ValidationError
   */
  parse(body: unknown, keyHeader: string | undefined, userId: string): NewJob {
    const request = withHeaderKey(validate(this.schema, body), keyHeader);
    return newJob(request, userId, this.deps.policy, Date.now());
  }

  /**
   * Starts a job.
   * @param deadline nothing is started after it; milliseconds since the epoch.
   * @throws LonghaulError of `Jobs.start`.
   */
  async start(request: NewJob, deadline: number): Promise<JobStart> {
    const { jobId, userId, files } = request.job;
    const { createdAt, replayed } = await this.deps.jobs.start(request.job, deadline);
    this.deps.logger.info({ jobId, userId, files: files.length, replayed }, 'job started');
    return { ...request, createdAt, replayed };
  }
}

/** Adds the key of the header. Both may be sent if they are equal. */
function withHeaderKey(body: InitiateBody, keyHeader: string | undefined): InitiateBody {
  const key = validate(keyHeaderSchema, { 'Idempotency-Key': keyHeader })['Idempotency-Key'];
  if (key === undefined) return body;
  if (body.clientRequestId === undefined || body.clientRequestId === key)
    return { ...body, clientRequestId: key };
  const message = 'differs from the header Idempotency-Key';
  throw new ValidationError([{ path: 'clientRequestId', message }]);
}
