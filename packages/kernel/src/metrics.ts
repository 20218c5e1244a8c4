/** Counts up from 0. */
export interface Counter {
  add(amount?: number): void;
  readonly value: number;
}
export interface Gauge {
  set(value: number): void;
  readonly value: number;
}

/** The registry that everything counts into; exposition formats read `samples()`. */
export interface Metrics {
  /** The same name and labels give the same counter. */
  counter(name: string, labels?: Readonly<Record<string, string>>): Counter;
  gauge(name: string, labels?: Readonly<Record<string, string>>): Gauge;
  samples(): Iterable<{
    name: string;
    labels: Readonly<Record<string, string>>;
    kind: 'counter' | 'gauge';
    value: number;
  }>;
}
