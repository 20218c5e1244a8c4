import { NOTICE } from './emit-message.ts';

export interface RawConfig {
  readonly name: string;
  readonly type: string;
  readonly default: string | null;
  readonly importance: string;
  readonly valid?: string;
  readonly required?: boolean;
}

export function emitConfigs(constant: string, comment: string, configs: readonly RawConfig[]): string {
  return [
    NOTICE,
    '',
    "import type { ConfigSpec } from '../../config-spec.ts';",
    '',
    `/** ${comment} */`,
    `export const ${constant}: readonly ConfigSpec[] = [`,
    ...configs.flatMap(emitConfig),
    '];',
    '',
  ].join('\n');
}

export function emitTopicSynonyms(synonyms: Readonly<Record<string, readonly string[]>>): string {
  return [
    NOTICE,
    '',
    "/** The broker configurations that a topic configuration's default comes from, the first that is set wins. */",
    'export const TOPIC_SYNONYMS: Readonly<Record<string, readonly string[]>> = {',
    ...Object.entries(synonyms).map(([name, brokers]) => `  ${key(name)}: [${brokers.map(quote).join(', ')}],`),
    '};',
    '',
  ].join('\n');
}

export function emitUpdateModes(modes: Readonly<Record<string, string>>): string {
  return [
    NOTICE,
    '',
    "import type { DynamicUpdateMode } from '../../config-spec.ts';",
    '',
    '/** The broker configurations that may change at run time; all others are read-only. */',
    'export const DYNAMIC_UPDATE_MODES: Readonly<Record<string, DynamicUpdateMode>> = {',
    ...Object.entries(modes).map(([name, mode]) => `  ${key(name)}: ${quote(mode)},`),
    '};',
    '',
  ].join('\n');
}

function emitConfig(config: RawConfig): string[] {
  return [
    '  {',
    `    name: ${quote(config.name)},`,
    `    type: ${quote(config.type)},`,
    `    required: ${config.required === true},`,
    `    default: ${config.default === null || config.default === undefined ? 'null' : quote(config.default)},`,
    `    valid: ${quote(config.valid ?? '')},`,
    `    importance: ${quote(config.importance)},`,
    '  },',
  ];
}

function key(name: string): string {
  return /^\w+$/.test(name) ? name : quote(name);
}

function quote(text: string): string {
  return `'${text.replaceAll('\\', '\\\\').replaceAll("'", "\\'").replaceAll('\n', '\\n')}'`;
}
