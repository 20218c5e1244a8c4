import { trimAscii } from './java-text.ts';
import { parseConfig } from './parse-config.ts';
import { parsePropertyLines } from './properties-file.ts';
import type { StaticConfig } from './static-config.ts';
import { suggestName } from './suggest.ts';
import { brokerConfigs, topicConfigs } from './tables.ts';
import { topicSynonyms } from './topic-values.ts';
import { isLeftOver } from './unserved-settings.ts';
import { withoutListenerPrefix } from './validate-broker-configs.ts';

export interface ServerPropertiesInput {
  /** Weakest: what the program itself sets. */
  readonly base?: Readonly<Record<string, string>>;
  /** The content of a server.properties file. */
  readonly text?: string | undefined;
  /** What to call that file in a problem; the line stands behind it. */
  readonly textName?: string | undefined;
  /** Strongest: `name=value` each, as `--set` takes them. */
  readonly overrides?: readonly string[];
}

export type ServerProperties =
  | {
      readonly ok: true;
      readonly config: StaticConfig;
      /** What a Kafka broker's file may have and nobody reads here: settings of Kafka 3.x, and of its authorizer. */
      readonly leftOver: ReadonlyMap<string, string>;
    }
  /** One line each, for the person who wrote the settings. */
  | { readonly ok: false; readonly problems: readonly string[] };

/** The number of a broker that is not given one. */
export const DEFAULT_NODE_ID = 1;

/** Reads settings by Kafka's names; unknown names and invalid values are refused, all at once. */
export function readServerProperties({
  base = {},
  text = '',
  textName,
  overrides = [],
}: ServerPropertiesInput): ServerProperties {
  const values = new Map<string, string>(Object.entries(base));
  const places = new Map<string, string>();
  const problems: string[] = [];
  for (const { name, value, lineNumber } of parsePropertyLines(text)) {
    values.set(name, trimAscii(value));
    if (textName !== undefined) places.set(name, `${textName}:${lineNumber}: `);
  }
  for (const override of overrides) {
    const equals = override.indexOf('=');
    const name = trimAscii(override.slice(0, equals));
    places.delete(name);
    if (equals < 1) problems.push(`--set wants name=value, not '${override}'.`);
    else values.set(name, trimAscii(override.slice(equals + 1)));
  }
  const leftOver = new Map([...values].filter(([name]) => isLeftOver(name)));
  for (const name of leftOver.keys()) values.delete(name);
  for (const [name, value] of values) {
    const problem = settingProblem(name, value);
    if (problem !== undefined) problems.push(`${places.get(name) ?? ''}${problem}`);
  }
  const nodeId = Number(values.get('node.id') ?? values.get('broker.id') ?? DEFAULT_NODE_ID);
  problems.push(...crossProblems(values, nodeId));
  if (problems.length > 0) return { ok: false, problems };
  // Each stands for the other, as in Kafka.
  values.set('node.id', nodeId.toString());
  values.set('broker.id', nodeId.toString());
  return { ok: true, config: { nodeId, values }, leftOver };
}

function settingProblem(name: string, value: string): string | undefined {
  const definition = brokerConfigs.get(withoutListenerPrefix(name));
  if (definition === undefined) return unknownName(name);
  const parsed = parseConfig(definition, value);
  return parsed.ok ? undefined : parsed.message;
}

function unknownName(name: string): string {
  if (topicConfigs.has(name)) {
    const [synonym] = topicSynonyms(name);
    const hint = synonym === undefined ? '' : ` The broker's default for it is ${synonym}.`;
    return `${name} is a configuration of topics, not of brokers.${hint}`;
  }
  const suggestion = suggestName(name, brokerConfigs.keys());
  return `Unknown configuration ${name}.${suggestion === undefined ? '' : ` Did you mean ${suggestion}?`}`;
}

function crossProblems(values: ReadonlyMap<string, string>, nodeId: number): string[] {
  const problems: string[] = [];
  const brokerId = values.get('broker.id');
  if (values.has('node.id') && brokerId !== undefined && Number(brokerId) !== nodeId) {
    problems.push(`node.id is ${nodeId} but broker.id is ${brokerId}: set one of them, or both to the same number.`);
  }
  if (!Number.isNaN(nodeId) && nodeId < 0) problems.push(`node.id is ${nodeId}; it must not be negative.`);
  const heartbeatMs = Number(values.get('broker.heartbeat.interval.ms') ?? 2_000);
  const sessionMs = Number(values.get('broker.session.timeout.ms') ?? 9_000);
  if (heartbeatMs * 2 > sessionMs) {
    problems.push('broker.session.timeout.ms must be at least twice broker.heartbeat.interval.ms.');
  }
  return problems;
}
