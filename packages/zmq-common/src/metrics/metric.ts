/** What a role tells Prometheus: metrics, and their values at the moment of a scrape. */

/** A metric, as Prometheus has it. */
export interface Metric {
  /** In snake case, with the unit at its end; that of a counter ends in `_total`. */
  readonly name: string;
  readonly type: "counter" | "gauge";
  readonly help: string;
  readonly labels?: readonly string[];
}

/** A value of a metric now; that of a counter is the sum since the start. */
export interface Sample {
  readonly metric: Metric;
  readonly value: number;
  readonly labels?: Readonly<Record<string, string>>;
}
