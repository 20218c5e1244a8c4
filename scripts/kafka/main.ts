import { parseArgs } from 'node:util';
import { spawnKafkaTool } from './run-tool.ts';
import { startKafka } from './start-kafka.ts';

const usage = `node scripts/kafka/main.ts start [--port P] [--set key=value]... [--heap 1g] [--data DIR] [--cluster-id ID]
    one Apache Kafka 4.3.1 node for comparison; runs until SIGTERM, SIGINT or the end of stdin
    (with --no-stdin until a signal)
node scripts/kafka/main.ts tool NAME ARGS...
    one of Kafka's tools by its script's name (topics, configs, console-producer, ...) or by class
`;

const [command, ...rest] = process.argv.slice(2);
if (command === 'start' && rest.includes('--help')) process.stdout.write(usage);
else if (command === 'start') await start(rest);
else if (command === 'tool' && rest[0] !== undefined) await tool(rest[0], rest.slice(1));
else if (command === '--help' || command === '-h') process.stdout.write(usage);
else {
  process.stderr.write(usage);
  process.exitCode = 2;
}

async function start(args: string[]): Promise<void> {
  const { values } = parseArgs({
    args,
    options: {
      port: { type: 'string' },
      set: { type: 'string', multiple: true },
      heap: { type: 'string' },
      data: { type: 'string' },
      'cluster-id': { type: 'string' },
      'no-stdin': { type: 'boolean' },
    },
  });
  const stopped = Promise.withResolvers<void>();
  for (const signal of ['SIGTERM', 'SIGINT'] as const) process.once(signal, () => stopped.resolve());
  if (values['no-stdin'] !== true) process.stdin.on('end', () => stopped.resolve()).resume();
  const kafka = await startKafka({
    ...(values.port === undefined ? {} : { port: Number(values.port) }),
    ...(values.heap === undefined ? {} : { heap: values.heap }),
    ...(values.data === undefined ? {} : { dataDir: values.data }),
    ...(values['cluster-id'] === undefined ? {} : { clusterId: values['cluster-id'] }),
    settings: Object.fromEntries((values.set ?? []).map(splitSetting)),
  });
  process.stdout.write(`ready bootstrap=${kafka.bootstrap} pid=${kafka.pid} data=${kafka.dataDir}\n`);
  await Promise.race([stopped.promise, kafka.exited]);
  await kafka.stop();
  process.stdin.destroy();
}

function splitSetting(setting: string): [string, string] {
  const equals = setting.indexOf('=');
  if (equals < 1) throw new Error(`--set wants key=value, not ${setting}`);
  return [setting.slice(0, equals), setting.slice(equals + 1)];
}

async function tool(name: string, args: string[]): Promise<void> {
  const child = await spawnKafkaTool(name, args, { stdio: 'inherit' });
  process.exitCode = await new Promise<number>((resolve, reject) => {
    child.on('error', reject).on('exit', (code) => resolve(code ?? 1));
  });
}
