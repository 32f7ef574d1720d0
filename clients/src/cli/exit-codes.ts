/** Exit codes of every command. Scripts rely on them. */
export const EXIT = {
  done: 0,
  error: 1,
  usage: 2,
  jobFailed: 3,
  notSignedIn: 4,
  unknownJob: 5,
  runAgain: 6,
  notSaved: 7,
  interrupted: 130,
} as const;

export type ExitCode = (typeof EXIT)[keyof typeof EXIT];
