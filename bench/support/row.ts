export interface RowOptions {
  /** Does less work, to check that everything runs; the numbers are not meaningful. */
  quick: boolean;
  /** Number of rounds; each contender runs once per round. */
  rounds: number;
  /** Prints progress. */
  log: (line: string) => void;
}

/** One line of the table. */
export interface Measurement {
  measure: string;
  ours: string;
  peer: string;
  /** Ours relative to the peer. */
  ratio: string;
  /** Design goal, for information only. */
  target: string;
}

export interface Row {
  /** Identifier in the table, such as `P1`. */
  id: string;
  title: string;
  run: (options: RowOptions) => Promise<Measurement[]>;
}
