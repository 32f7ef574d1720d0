export interface RowOptions {
  /** Less work: shows that everything runs, its numbers say little. */
  quick: boolean;
  /** How often the contenders take turns. */
  rounds: number;
  /** Told what is going on. */
  log: (line: string) => void;
}

/** One line of the table. */
export interface Measurement {
  measure: string;
  ours: string;
  peer: string;
  /** Which of the two is better, and by how much. */
  ratio: string;
  /** From the design: for the record, nothing fails because of it. */
  target: string;
}

export interface Row {
  /** As in the table of targets: `P1`. */
  id: string;
  title: string;
  run: (options: RowOptions) => Promise<Measurement[]>;
}
