import { OutboundError } from './outbound-error.js';
import type { OutboundAnswer, OutboundHttp, OutboundRequest } from './outbound-http.js';

/** `rejected` is an answer of 4xx, `failing` one of 5xx or a broken connection; the URL guard refuses. */
export type OutboundOutcome = 'ok' | 'rejected' | 'failing' | 'late' | 'refused';

/** Learns of each request. */
export type OutboundObserver = (outcome: OutboundOutcome, seconds: number) => void;

/** Reports every request that was not aborted, until its response begins. */
export function measuredHttp(
  http: Pick<OutboundHttp, 'send'>,
  observer: OutboundObserver,
): Pick<OutboundHttp, 'send'> {
  return {
    send: async (request: OutboundRequest): Promise<OutboundAnswer> => {
      const startedAt = performance.now();
      const report = (outcome: OutboundOutcome) => observer(outcome, (performance.now() - startedAt) / 1_000);
      try {
        const answer = await http.send(request);
        report(outcomeOfStatus(answer.status));
        return answer;
      } catch (error) {
        if (error instanceof OutboundError) report(outcomeOfFailure(error));
        throw error;
      }
    },
  };
}

function outcomeOfStatus(status: number): OutboundOutcome {
  if (status >= 500) return 'failing';
  return status >= 400 ? 'rejected' : 'ok';
}

function outcomeOfFailure({ failure }: OutboundError): OutboundOutcome {
  if (failure === 'refused') return 'refused';
  return failure === 'timeout' ? 'late' : 'failing';
}
