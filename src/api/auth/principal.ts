import type { IncomingHttpHeaders } from 'node:http';

/** The authenticated user of a request. */
export interface Principal {
  userId: string;
  /** True if the user may use the operator routes. */
  admin: boolean;
}

/** Recognizes keys by a mark, which reveals neither a key nor its entry in the settings. */
export interface KeyMarks {
  markOf(key: string): string;
  /** True while the user has the key of a mark. */
  has(userId: string, mark: string): Promise<boolean>;
}

/** Identifies the user of a request. */
export interface Authenticator {
  /** @throws LonghaulError UNAUTHENTICATED with the same text for every cause, so that a guess reveals nothing. */
  authenticate(headers: IncomingHttpHeaders): Promise<Principal>;

  /** True if the user may use the operator routes. */
  isAdmin(userId: string): boolean;

  /** The keys, so that a sign-in ends with its key. Absent where credentials end by themselves. */
  keys?: KeyMarks;
}
