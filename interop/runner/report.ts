export type Row = {
  readonly client: string;
  readonly caseName: string;
  readonly name: string;
  /** Left out for one of several checks that a client's program ran on its own. */
  readonly startedAt?: number;
  readonly note?: string;
  readonly error?: string;
  readonly skipped?: string;
};

export type Report = {
  add(row: Row): void;
  /** Says how far a long case is. */
  progress(caseName: string, text: string): void;
  /** Prints the failures again, a table of clients and cases, and the counts; returns the number of failures. */
  finish(): number;
};

const outcomes = { passed: 'ok  ', failed: 'FAIL', skipped: 'skip' } as const;
type Outcome = keyof typeof outcomes;

/** Prints each row as it comes. */
export function createReport(write: (text: string) => void): Report {
  const rows: Row[] = [];
  const startedAt = performance.now();
  return {
    add(row) {
      rows.push(row);
      write(`${lineOf(row)}\n`);
    },
    progress: (caseName, text) => write(`…               ${caseName}: ${text}\n`),
    finish() {
      const count = (outcome: Outcome) => rows.filter((row) => outcomeOf(row) === outcome).length;
      const failures = rows.filter((row) => outcomeOf(row) === 'failed');
      write(`\n${table(rows)}\n`);
      if (failures.length > 0) write('\nFailures:\n');
      for (const row of failures)
        write(`  ${row.client} ${row.caseName}: ${row.name}\n      ${indent(row.error ?? '')}\n`);
      const seconds = ((performance.now() - startedAt) / 1000).toFixed(0);
      write(`\nin ${seconds} s\n`);
      write(`${count('passed')} passed, ${count('failed')} failed, ${count('skipped')} skipped\n`);
      return failures.length;
    },
  };
}

function outcomeOf(row: Row): Outcome {
  if (row.error !== undefined) return 'failed';
  return row.skipped === undefined ? 'passed' : 'skipped';
}

function lineOf(row: Row): string {
  const why = row.error ?? row.skipped ?? row.note;
  const time = (row.startedAt === undefined ? '' : `${(performance.now() - row.startedAt).toFixed(0)} ms`).padStart(9);
  const what = `${outcomes[outcomeOf(row)]} ${time}  ${row.client.padEnd(17)} ${row.caseName}: ${row.name}`;
  return why === undefined ? what : `${what}\n      ${indent(why)}`;
}

function indent(text: string): string {
  return text.trim().replaceAll('\n', '\n      ');
}

/** One line per client, one column per case: passed, or passed/failed/skipped where not all passed. */
function table(rows: readonly Row[]): string {
  const clients = [...new Set(rows.map((row) => row.client))];
  const cases = [...new Set(rows.map((row) => row.caseName))];
  const cell = (client: string, caseName: string) => {
    const mine = rows.filter((row) => row.client === client && row.caseName === caseName);
    const count = (outcome: Outcome) => mine.filter((row) => outcomeOf(row) === outcome).length;
    if (mine.length === 0) return '-';
    const failed = count('failed') > 0 ? `, ${count('failed')} FAILED` : '';
    const skipped = count('skipped') > 0 ? `, ${count('skipped')} skipped` : '';
    return `${count('passed')}${failed}${skipped}`;
  };
  const lines = [['', ...cases], ...clients.map((client) => [client, ...cases.map((name) => cell(client, name))])];
  const widths = ['', ...cases].map((_, column) => Math.max(...lines.map((line) => line[column]?.length ?? 0)));
  return lines
    .map((line) =>
      line
        .map((text, column) => text.padEnd(widths[column] ?? 0))
        .join('  ')
        .trimEnd(),
    )
    .join('\n');
}
