import type { ServerName } from './server.ts';

/** What a scenario measured in one run against one server: named figures. */
export type Figures = Readonly<Record<string, number>>;

export type RunOptions = {
  /** Small amounts and few runs: to see that it works, not to quote. */
  readonly isQuick: boolean;
  readonly runs: number;
  readonly servers: readonly ServerName[];
  readonly log: (line: string) => void;
};

export type ScenarioResult = {
  readonly [server in ServerName]?: readonly Figures[];
};

/** One row or more of the table of figures. */
export type Scenario = {
  readonly name: string;
  readonly title: string;
  /** How it is measured, for the report. */
  readonly method: string;
  /** The figures to quote, and whether more is better; the ratio is always "how many times better is Sluice". */
  readonly figures: readonly FigureSpec[];
  readonly run: (options: RunOptions) => Promise<ScenarioResult>;
};

export type FigureSpec = {
  readonly name: string;
  readonly unit: string;
  readonly isMoreBetter: boolean;
  /** What is to be reached, in words. */
  readonly target?: string;
};

export function median(values: readonly number[]): number {
  const sorted = values.toSorted((a, b) => a - b);
  const middle = sorted.length / 2;
  if (sorted.length === 0) return Number.NaN;
  return Number.isInteger(middle)
    ? ((sorted[middle - 1] ?? 0) + (sorted[middle] ?? 0)) / 2
    : (sorted[Math.floor(middle)] ?? 0);
}
