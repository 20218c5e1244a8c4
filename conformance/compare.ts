import type { ApiResults } from './run-all.ts';
import type { Json, JsonObject } from './wire/decode.ts';

/** One place where two servers' answers part. */
export type Finding = {
  readonly file: string;
  readonly caseName: string;
  readonly version: number;
  /** Where in the answers, such as `0.topics[name=orders].errorCode`. */
  readonly path: string;
  readonly kafka: Json | undefined;
  readonly here: Json | undefined;
};

export function compareResults(file: string, recorded: ApiResults, actual: ApiResults): Finding[] {
  const findings: Finding[] = [];
  for (const [caseName, byVersion] of Object.entries(actual)) {
    for (const [version, here] of byVersion) {
      const kafka = recorded[caseName]?.get(version);
      if (kafka === undefined) {
        findings.push({ file, caseName, version, path: '', kafka: '<not recorded>', here: '<answered>' });
        continue;
      }
      difference(kafka, here, '', (path, left, right) =>
        findings.push({ file, caseName, version, path, kafka: left, here: right }),
      );
    }
  }
  return findings;
}

type Report = (path: string, kafka: Json | undefined, here: Json | undefined) => void;

function difference(kafka: Json | undefined, here: Json | undefined, path: string, report: Report): void {
  if (Array.isArray(kafka) && Array.isArray(here)) compareArrays(kafka, here, path, report);
  else if (isObject(kafka) && isObject(here)) compareObjects(kafka, here, path, report);
  else if (kafka !== here) report(path, kafka, here);
}

function compareObjects(kafka: JsonObject, here: JsonObject, path: string, report: Report): void {
  for (const name of new Set([...Object.keys(kafka), ...Object.keys(here)])) {
    difference(kafka[name], here[name], path === '' ? name : `${path}.${name}`, report);
  }
}

/** Elements that carry a name or key are matched by it, so that one missing element is one finding. */
function compareArrays(kafka: Json[], here: Json[], path: string, report: Report): void {
  const kafkaKeys = kafka.map(identityOf);
  const hereKeys = here.map(identityOf);
  const areKeyed = areDistinct(kafkaKeys) && areDistinct(hereKeys);
  if (!areKeyed) {
    const count = Math.max(kafka.length, here.length);
    for (let index = 0; index < count; index++) {
      difference(kafka[index], here[index], path === '' ? `${index}` : `${path}[${index}]`, report);
    }
    return;
  }
  for (const key of new Set([...kafkaKeys, ...hereKeys])) {
    difference(kafka[kafkaKeys.indexOf(key)], here[hereKeys.indexOf(key)], `${path}[${key}]`, report);
  }
}

const keyFields = [
  'apiKey',
  'name',
  'topicName',
  'topic',
  'partitionIndex',
  'nodeId',
  'configName',
  'groupId',
  'memberId',
];

function identityOf(item: Json): string | undefined {
  if (!isObject(item)) return undefined;
  const field = keyFields.find((candidate) => candidate in item);
  return field === undefined ? undefined : `${field}=${String(item[field])}`;
}

function areDistinct(keys: readonly (string | undefined)[]): boolean {
  return keys.every((key) => key !== undefined) && new Set(keys).size === keys.length;
}

function isObject(value: Json | undefined): value is JsonObject {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}
