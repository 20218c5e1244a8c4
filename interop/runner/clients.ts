import { join } from 'node:path';
import type { Command } from './client-process.ts';
import { type Folder, folders } from './folders.ts';
import { cache, interop } from './paths.ts';

/** One of other people's clients: the folder that installs it, and the command that speaks CONTRACT.md for it. */
export type Client = {
  readonly name: string;
  readonly folder: Folder;
  command(): Command;
};

const program = (name: string, folder: keyof typeof folders, argv: readonly string[]): Client => ({
  name,
  folder: folders[folder],
  command: () => ({ argv, cwd: join(interop, folder) }),
});

const node = process.execPath;

export const clients: readonly Client[] = [
  program('kafka-clients', 'java', [
    'java',
    '-Xmx512m',
    '-XX:+UseSerialGC',
    '-XX:TieredStopAtLevel=1',
    '-Dorg.slf4j.simpleLogger.defaultLogLevel=off',
    '-cp',
    [join(cache, 'java', 'classes'), join(cache, 'java', 'lib', '*')].join(':'),
    'dev.sluice.interop.Main',
  ]),
  program('confluent-kafka', 'librdkafka', [
    join(cache, 'librdkafka', 'venv', 'bin', 'python'),
    join(interop, 'librdkafka', 'confluent_kafka_client.py'),
  ]),
  program('kcat', 'librdkafka', [node, join(interop, 'librdkafka', 'kcat.ts')]),
  program('franz-go', 'go', [join(cache, 'go', 'bin', 'franz-go')]),
  program('sarama', 'go', [join(cache, 'go', 'bin', 'sarama')]),
  program('platformatic', 'javascript', [node, join(interop, 'javascript', 'platformatic.ts')]),
  program('kafkajs', 'javascript', [node, join(interop, 'javascript', 'kafkajs.ts')]),
  program('kafka-python', 'python', [
    join(cache, 'python', 'venv', 'bin', 'python'),
    join(interop, 'python', 'kafka_python_client.py'),
  ]),
  program('aiokafka', 'python', [
    join(cache, 'python', 'venv', 'bin', 'python'),
    join(interop, 'python', 'aiokafka_client.py'),
  ]),
];
