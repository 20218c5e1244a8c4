import { assert } from './assert.ts';
import type { Counter, Gauge, Metrics } from './metrics.ts';

type Labels = Readonly<Record<string, string>>;

interface Sample {
  readonly name: string;
  readonly labels: Labels;
  readonly kind: 'counter' | 'gauge';
  value: number;
}

const NO_LABELS: Labels = {};

export interface MetricsOptions {
  /** Distinct combinations of name and labels; one more is a bug (labels from users' data), and counts nowhere. */
  readonly seriesCountMax?: number;
}

/** Look a counter up once and keep it: adding to it is then one addition. */
export function createMetrics(options: MetricsOptions = {}): Metrics {
  const seriesCountMax = options.seriesCountMax ?? 100_000;
  const samples = new Map<string, Sample>();

  const sampleOf = (name: string, labels: Labels, kind: Sample['kind']): Sample => {
    const key = keyOf(name, labels);
    const existing = samples.get(key);
    if (existing !== undefined) {
      assert(existing.kind === kind, `${name} is a ${existing.kind}`);
      return existing;
    }
    const sample: Sample = { name, labels: { ...labels }, kind, value: 0 };
    if (samples.size < seriesCountMax) samples.set(key, sample);
    return sample;
  };

  return {
    counter: (name, labels = NO_LABELS) => counterOf(sampleOf(name, labels, 'counter')),
    gauge: (name, labels = NO_LABELS) => gaugeOf(sampleOf(name, labels, 'gauge')),
    samples: () => samples.values(),
  };
}

function counterOf(sample: Sample): Counter {
  return {
    get value() {
      return sample.value;
    },
    add(amount = 1) {
      sample.value += amount;
    },
  };
}

function gaugeOf(sample: Sample): Gauge {
  return {
    get value() {
      return sample.value;
    },
    set(value) {
      sample.value = value;
    },
  };
}

function keyOf(name: string, labels: Labels): string {
  const names = Object.keys(labels);
  if (names.length === 0) return name;
  return JSON.stringify([name, ...names.sort().map((label) => [label, labels[label]])]);
}
