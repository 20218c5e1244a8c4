import { NOTICE } from './emit-message.ts';
import { codecName, kebab } from './naming.ts';
import type { MessageSpec } from './spec.ts';
import { LINE_WIDTH_MAX } from './wrap.ts';

export interface RawApi {
  readonly key: number;
  readonly name: string;
  readonly enum: string;
  readonly oldest: number;
  readonly latest: number;
  readonly latestStable: number;
  readonly listeners: string;
  readonly clusterAction: boolean;
  readonly forwardable: boolean;
}

/** The table of API keys. It imports no codec, so that whoever needs only the table loads only that. */
export function emitApis(apis: readonly RawApi[], messages: readonly MessageSpec[]): string {
  const live = apis.filter((api) => findMessages(api, messages) !== undefined);
  const keys = live.map((api) => `  ${api.enum}: ${api.key},`);
  const entries = live.flatMap((api) => emitEntry(api, messages));
  return [
    NOTICE,
    '',
    "import type { ApiSpec } from '../api-spec.ts';",
    '',
    "/** The APIs that have versions left, by Kafka's names. */",
    'export const ApiKey = {',
    ...keys,
    '} as const;',
    '',
    'export type ApiKey = (typeof ApiKey)[keyof typeof ApiKey];',
    '',
    '/** In the order of their keys. */',
    'export const API_LIST: readonly ApiSpec[] = [',
    ...entries,
    '];',
    '',
    '/** By API key. */',
    'export const APIS: ReadonlyMap<number, ApiSpec> = new Map(API_LIST.map((api) => [api.key, api]));',
    '',
  ].join('\n');
}

/** How to load the codecs of an API that is known only at run time. */
export function emitCodecs(apis: readonly RawApi[], messages: readonly MessageSpec[]): string {
  const entries = apis.flatMap((api) => {
    const pair = findMessages(api, messages);
    if (pair === undefined) return [];
    return [
      `  ${api.key}: {`,
      ...emitLoader('request', pair.request),
      ...emitLoader('response', pair.response),
      '  },',
    ];
  });
  return [
    NOTICE,
    '',
    "import type { AnyMessageCodec } from '../message-codec.ts';",
    '',
    'export interface ApiCodecs {',
    '  request(): Promise<AnyMessageCodec>;',
    '  response(): Promise<AnyMessageCodec>;',
    '}',
    '',
    '/** By API key. A codec is loaded when it is asked for. */',
    'export const API_CODECS: Readonly<Record<number, ApiCodecs>> = {',
    ...entries,
    '};',
    '',
  ].join('\n');
}

function emitLoader(property: string, { name }: MessageSpec): string[] {
  const load = `(await import('./messages/${kebab(name)}.ts')).${codecName(name)},`;
  const line = `    ${property}: async () => ${load}`;
  return line.length <= LINE_WIDTH_MAX ? [line] : [`    ${property}: async () =>`, `      ${load}`];
}

function emitEntry(api: RawApi, messages: readonly MessageSpec[]): string[] {
  const pair = findMessages(api, messages);
  if (pair === undefined) return [];
  const listeners = [...api.listeners.matchAll(/\w+/g)].map(([name]) => `'${name.toLowerCase()}'`);
  return [
    '  {',
    `    key: ${api.key},`,
    `    name: '${api.name}',`,
    `    oldest: ${api.oldest},`,
    `    latest: ${api.latest},`,
    `    latestStable: ${api.latestStable},`,
    `    requestFlexibleFrom: ${flexibleFrom(pair.request)},`,
    `    responseFlexibleFrom: ${flexibleFrom(pair.response)},`,
    `    listeners: [${listeners.join(', ')}],`,
    `    clusterAction: ${api.clusterAction},`,
    `    forwardable: ${api.forwardable},`,
    '  },',
  ];
}

function flexibleFrom(message: MessageSpec): string {
  return message.flexible === undefined ? 'Number.POSITIVE_INFINITY' : String(message.flexible.min);
}

function findMessages(api: RawApi, messages: readonly MessageSpec[]) {
  const request = messages.find(({ type, apiKey }) => type === 'request' && apiKey === api.key);
  const response = messages.find(({ type, apiKey }) => type === 'response' && apiKey === api.key);
  return request === undefined || response === undefined ? undefined : { request, response };
}
