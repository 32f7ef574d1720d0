/** The meaning of an HTTP status in an answer to a request for one file. */
export type StatusMeaning =
  /** The file does not exist. */
  | 'absent'
  | 'denied'
  /** The pinned version does not exist any more. */
  | 'replaced'
  /** A definite answer: no retry makes the file readable. */
  | 'rejected'
  /** The store or server fails, possibly at this file only. */
  | 'failing'
  /** The store or server cannot be reached, or wants fewer requests. */
  | 'unavailable';

const MEANINGS: ReadonlyMap<number, StatusMeaning> = new Map([
  [401, 'denied'],
  [402, 'denied'],
  [403, 'denied'],
  [404, 'absent'],
  [407, 'denied'],
  [408, 'unavailable'],
  [410, 'absent'],
  [412, 'replaced'],
  [416, 'replaced'],
  [425, 'unavailable'],
  [429, 'unavailable'],
  [451, 'denied'],
  [502, 'unavailable'],
  [503, 'unavailable'],
  [504, 'unavailable'],
]);

/** Statuses from here on are not standardized. Proxies send them when they do not reach the server. */
const FIRST_OF_PROXIES = 520;

/** Returns the meaning of a status other than 200 and 206; undefined when there was no response. */
export function meaningOfStatus(status: number | undefined): StatusMeaning {
  if (status === undefined || status >= FIRST_OF_PROXIES) return 'unavailable';
  return MEANINGS.get(status) ?? (status >= 500 ? 'failing' : 'rejected');
}
