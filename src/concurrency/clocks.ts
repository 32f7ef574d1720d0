/** The two clocks of this machine. */
export interface Clocks {
  /** Milliseconds since the epoch. They may jump, so no interval is measured by them. */
  wall: () => number;
  /** Milliseconds that nobody adjusts. */
  steady: () => number;
}

export const CLOCKS: Clocks = { wall: Date.now, steady: () => performance.now() };
