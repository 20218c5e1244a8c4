export interface Verdict {
  readonly rule: string;
  readonly violations: readonly string[];
}

/** A run that is what it is by its seed. */
export interface SeededRun {
  readonly seed: number;
  readonly verdicts: readonly Verdict[];
  /** Of the broker. */
  readonly deaths: number;
}

/** A broken build, and the rule that must turn red. */
export interface Canary<Name extends string> {
  readonly name: Name;
  readonly rule: string;
}

/** Whether this rule was violated, or any without `rule`. */
export function isViolated(run: SeededRun, rule?: string): boolean {
  return run.verdicts.some((each) => each.violations.length > 0 && (rule === undefined || each.rule === rule));
}

/** A line for each rule, with the first seed that violates it. */
export function formatVerdicts(runs: readonly SeededRun[]): string[] {
  const rules = runs[0]?.verdicts.map(({ rule }) => rule) ?? [];
  return rules.map((rule) => {
    const bad = runs.filter((run) => isViolated(run, rule));
    const [first] = bad;
    if (first === undefined) return `  ${rule}: holds`;
    const what = first.verdicts.find((each) => each.rule === rule)?.violations.join('; ');
    return `  ${rule}: ${bad.length} runs VIOLATE it, seed ${first.seed}: ${what}`;
  });
}
