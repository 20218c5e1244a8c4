export interface AttackReport {
  readonly name: string;
  readonly fault: string;
  readonly blows: number;
  readonly closed: number;
  readonly answered: number;
  readonly held: number;
  readonly slowestMs: number;
  /** By what was wrong: how often, and the seed of the first blow, which repeats it. */
  readonly violations: readonly { readonly what: string; readonly count: number; readonly firstSeed: number }[];
}

export interface ProcessReport {
  readonly residentBeforeBytes: number;
  readonly residentPeakBytes: number;
  readonly residentAfterBytes: number;
}

export interface HostileReport {
  readonly seed: number;
  readonly seconds: number;
  readonly attacks: readonly AttackReport[];
  readonly wellBehaved: {
    readonly operations: number;
    readonly quietP99Ms: number;
    readonly p99Ms: number;
    readonly slowestMs: number;
  };
  /** Undefined when the broker's process was not watched. */
  readonly process: ProcessReport | undefined;
  /** Of the run as a whole: the log, the process, the well-behaved client. */
  readonly violations: readonly string[];
}

export function violationCount(report: HostileReport): number {
  const ofAttacks = report.attacks.flatMap(({ violations }) => violations).reduce((sum, { count }) => sum + count, 0);
  return ofAttacks + report.violations.length;
}

export function formatReport(report: HostileReport): string {
  const lines = [`seed ${report.seed}, ${report.seconds} s`];
  for (const attack of report.attacks) {
    const { name, fault, blows, closed, answered, held, slowestMs } = attack;
    const counts = `blows=${blows} closed=${closed} answered=${answered} held=${held} slowest=${slowestMs.toFixed(0)} ms`;
    lines.push(`${fault} ${name.padEnd(18)} ${counts}`);
    for (const { what, count, firstSeed } of attack.violations) {
      lines.push(`    VIOLATION x${count}: ${what} (--only ${name} --blow ${firstSeed})`);
    }
  }
  const { operations, quietP99Ms, p99Ms, slowestMs } = report.wellBehaved;
  const latencies = `p99 ${quietP99Ms.toFixed(1)} ms quiet, ${p99Ms.toFixed(1)} ms attacked`;
  lines.push(`well-behaved: ${operations} operations, ${latencies}, slowest ${slowestMs.toFixed(0)} ms`);
  if (report.process !== undefined) {
    const { residentBeforeBytes, residentPeakBytes, residentAfterBytes } = report.process;
    const megabytes = (bytes: number) => `${(bytes / 1e6).toFixed(0)} MB`;
    lines.push(
      `resident: ${megabytes(residentBeforeBytes)} before, ${megabytes(residentPeakBytes)} at most, ${megabytes(residentAfterBytes)} after`,
    );
  }
  for (const violation of report.violations) lines.push(`VIOLATION: ${violation}`);
  lines.push(violationCount(report) === 0 ? 'no violations' : `${violationCount(report)} violations`);
  return lines.join('\n');
}
