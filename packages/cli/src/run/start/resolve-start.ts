import { parseListeners } from '@sluice/metadata/config/listeners';
import { readServerProperties } from '@sluice/metadata/config/server-properties';
import type { StartOptions } from '../../commands/start.ts';
import { CliFailure } from '../../failure.ts';
import { type Address, formatAddress } from '../../input/address.ts';
import type { Shell } from '../../shell.ts';
import { unservedWarnings, type Warning } from './unserved-warnings.ts';

/** Both loopback addresses, and nothing beyond: whoever wants to be reached from elsewhere says so. */
const DEFAULT_LISTEN: Address = { host: 'localhost', port: 9092 };
const DEFAULT_DATA_DIRECTORY = './sluice-data';
const ALL_ADDRESSES = '0.0.0.0';
/** A file larger than this is no configuration. */
const CONFIG_SIZE_BYTES_MAX = 1024 * 1024;

export interface ResolvedStart {
  /** Kafka's names; the file, then `--set`, then the other flags. */
  readonly settings: Readonly<Record<string, string>>;
  readonly listen: Address;
  /** None when nothing is kept. */
  readonly dataDirectories: readonly string[];
  readonly ephemeral: boolean;
  /** What was set and does not come true, for the log. */
  readonly warnings: readonly Warning[];
}

/** What `sluice start` was told, from flags and file, checked. Fails with `CliFailure`. */
export async function resolveStart(shell: Shell, options: StartOptions): Promise<ResolvedStart> {
  const ephemeral = options.ephemeral === true;
  if (ephemeral && options.data !== undefined) {
    throw new CliFailure('usage', '--ephemeral keeps nothing and --data keeps everything', 'give one of them');
  }
  const text = options.config === undefined ? undefined : await readConfig(shell, options.config);
  const overrides = (options.set ?? []).map(([name, value]) => `${name}=${value}`);
  const read = readServerProperties({ text, textName: options.config, overrides });
  if (!read.ok) {
    const hint = "correct it or take it out; the names are those of Kafka 4's broker configurations";
    throw new CliFailure('usage', sentences(read.problems), hint);
  }
  const { values } = read.config;
  const listen = options.listen ?? configuredListener(values) ?? DEFAULT_LISTEN;
  refuseContradiction(options);
  const dataDirectories = ephemeral ? [] : (options.data ?? configuredDirectories(values) ?? [DEFAULT_DATA_DIRECTORY]);
  const settings = {
    ...Object.fromEntries(values),
    listeners: `PLAINTEXT://${formatAddress(listen)}`,
    ...(dataDirectories.length === 0 ? {} : { 'log.dirs': dataDirectories.join(',') }),
  };
  return { settings, listen, dataDirectories, ephemeral, warnings: unservedWarnings(values, read.leftOver) };
}

async function readConfig(shell: Shell, path: string): Promise<string> {
  const chunks: Buffer[] = [];
  let sizeBytes = 0;
  for await (const chunk of shell.readFile(path)) {
    chunks.push(chunk);
    sizeBytes += chunk.length;
    if (sizeBytes > CONFIG_SIZE_BYTES_MAX) throw new CliFailure('usage', `${path} is too large for a configuration`);
  }
  return Buffer.concat(chunks).toString();
}

/** The first listener for clients; a Kafka node's file may also name one for controllers. */
function configuredListener(values: ReadonlyMap<string, string>): Address | undefined {
  const text = values.get('listeners');
  if (text === undefined) return undefined;
  const map = values.get('listener.security.protocol.map') ?? 'PLAINTEXT:PLAINTEXT,SSL:SSL,CONTROLLER:PLAINTEXT';
  const read = parseListeners('listeners', splitList(text), map);
  if (!read.ok) throw new CliFailure('usage', withoutPeriod(read.problem), 'correct it, or use --listen');
  const ofControllers = splitList(values.get('controller.listener.names') ?? '');
  const [first, second] = read.endpoints.filter(({ name }) => !ofControllers.includes(name));
  if (first === undefined) throw new CliFailure('usage', 'listeners names none for clients', 'use --listen');
  if (second !== undefined || first.securityProtocol !== 'PLAINTEXT') {
    throw new CliFailure(
      'usage',
      `listeners is ${text}, and Sluice serves one listener without encryption or login so far`,
      'use --listen to serve without them',
    );
  }
  return { host: first.host === '' ? ALL_ADDRESSES : first.host, port: first.port };
}

/** As in Kafka, `log.dir` counts only where there is no `log.dirs`. */
function configuredDirectories(values: ReadonlyMap<string, string>): readonly string[] | undefined {
  const paths = splitList(values.get('log.dirs') ?? values.get('log.dir') ?? '');
  return paths.length === 0 ? undefined : paths;
}

/** A flag wins over the file; two flags that say different things are somebody's mistake. */
function refuseContradiction({ data, set = [] }: StartOptions): void {
  for (const [name, value] of set) {
    if (data === undefined || (name !== 'log.dirs' && name !== 'log.dir')) continue;
    if (splitList(value).join() === data.join()) continue;
    throw new CliFailure(
      'usage',
      `--data ${data.join(' --data ')} and --set ${name}=${value} contradict each other`,
      'give one of them',
    );
  }
}

function splitList(text: string): string[] {
  return text.split(',').flatMap((item) => (item.trim() === '' ? [] : [item.trim()]));
}

/** One line: each problem is a sentence, and the last one's period makes room for the hint. */
function sentences(problems: readonly string[]): string {
  return withoutPeriod(problems.join(' '));
}

function withoutPeriod(text: string): string {
  return text.replace(/\.$/, '');
}
