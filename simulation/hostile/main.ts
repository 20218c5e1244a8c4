import { parseArgs } from 'node:util';
import { allAttacks } from './attacks/all.ts';
import { formatReport, violationCount } from './report.ts';
import { runHostile } from './run-hostile.ts';

const usage = `node simulation/hostile/main.ts --bootstrap HOST:PORT [options]
    Attacks a broker of the Kafka protocol and exits with 1 if it fails a client, its log or its machine.
    Use a broker that nobody needs.

  --seconds N        how long (10)
  --warm-up N        seconds of attacks before memory is first looked at (5)
  --seed S           repeats the choice of blows (random)
  --pid PID          the broker's process, to watch its memory and sockets
  --only NAME        one attack; may be given several times
  --blow SEED        with --only: one blow, as a report names it
  --concurrency N    blows under way at a time (4)
  --connections N    connections that one attack holds (200)
  --hold-ms N        how long it holds them (2000)
  --idle-ms N        the broker's idle timeout: trickling connections must be closed by it
  --answer-ms N      a request is answered or closed within it (5000)
  --hang-ms N        no request of the well-behaved client takes longer (1000)
  --p99-slack-ms N   and its p99 is at most twice the quiet one and this (50)
  --growth-mb N      resident memory afterwards may exceed that before by it (64)
  --peak-mb N        and at any time by it (256)
  --json             the report as JSON
`;

const { values } = parseArgs({
  options: {
    bootstrap: { type: 'string' },
    seconds: { type: 'string', default: '10' },
    'warm-up': { type: 'string', default: '5' },
    seed: { type: 'string' },
    pid: { type: 'string' },
    only: { type: 'string', multiple: true },
    blow: { type: 'string' },
    concurrency: { type: 'string', default: '4' },
    connections: { type: 'string', default: '200' },
    'hold-ms': { type: 'string', default: '2000' },
    'idle-ms': { type: 'string' },
    'answer-ms': { type: 'string', default: '5000' },
    'hang-ms': { type: 'string', default: '1000' },
    'p99-slack-ms': { type: 'string', default: '50' },
    'growth-mb': { type: 'string', default: '64' },
    'peak-mb': { type: 'string', default: '256' },
    json: { type: 'boolean' },
    help: { type: 'boolean' },
  },
});

const [host, port] = values.bootstrap?.split(':') ?? [];
if (values.help === true || host === undefined || port === undefined) {
  process.stderr.write(usage);
  process.exitCode = values.help === true ? 0 : 2;
} else {
  const attacks = allAttacks().filter(({ name }) => values.only?.includes(name) ?? true);
  const report = await runHostile({
    target: { host, port: whole(port) },
    attacks,
    seed: values.seed === undefined ? Math.floor(Math.random() * 2 ** 31) : whole(values.seed),
    seconds: whole(values.seconds),
    warmUpSeconds: whole(values['warm-up']),
    blowSeed: optional(values.blow),
    pid: optional(values.pid),
    concurrency: whole(values.concurrency),
    hangMs: whole(values['hang-ms']),
    p99SlackMs: whole(values['p99-slack-ms']),
    limits: {
      answerMs: whole(values['answer-ms']),
      connectionCount: whole(values.connections),
      holdMs: whole(values['hold-ms']),
      idleMs: optional(values['idle-ms']),
      connectionSizeBytesMax: 64 * 1024,
    },
    processLimits: {
      growthBytesMax: whole(values['growth-mb']) * 1e6,
      peakGrowthBytesMax: whole(values['peak-mb']) * 1e6,
    },
  });
  process.stdout.write(`${values.json === true ? JSON.stringify(report) : formatReport(report)}\n`);
  process.exitCode = violationCount(report) === 0 ? 0 : 1;
}

function optional(text: string | undefined): number | undefined {
  return text === undefined ? undefined : whole(text);
}

function whole(text: string): number {
  const value = Number(text);
  if (!Number.isSafeInteger(value) || value < 0) throw new Error(`${text} is no whole number`);
  return value;
}
