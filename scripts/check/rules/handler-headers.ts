import { posix } from 'node:path';
import type { Repository } from '../repository.ts';
import type { Finding, Rule } from '../rule.ts';

const API_FOLDER = 'packages/broker/src/api/';
const API_TABLE = 'packages/protocol/spec/apis.json';
/** The one file there that is no handler: it lists them. */
const API_REGISTRY = `${API_FOLDER}registry.ts`;
const FILE_NAME = /^(\d{2,})-([a-z0-9-]+)\.ts$/;
const HEADER = /^\/\*\n([\s\S]*?)\*\//;
const FIRST_LINE = /^ \* (\w+) \((\d+)\), versions? (\d+)(?:–(\d+))?[.;:,]/;

interface Api {
  readonly key: number;
  readonly name: string;
  readonly oldest: number;
  readonly latestStable: number;
}

export const handlerHeaders: Rule = {
  name: 'handler-headers',
  promise: 'each API handler is named after its API and opens with its versions, behaviour and KIPs',
  check(repository) {
    const apis: readonly Api[] = JSON.parse(repository.read(API_TABLE) ?? '[]');
    const byKey = new Map(apis.map((api) => [api.key, api]));
    return repository.paths
      .filter((path) => path.startsWith(API_FOLDER) && path.endsWith('.ts') && !path.endsWith('.test.ts'))
      .filter((path) => path !== API_REGISTRY)
      .flatMap((path) => checkHandler(path, byKey, repository));
  },
};

function checkHandler(path: string, apis: ReadonlyMap<number, Api>, repository: Repository): Finding[] {
  const finding = (message: string, line = 0): Finding => ({ path, line, message });
  const [, digits, name] = FILE_NAME.exec(posix.basename(path)) ?? [];
  if (digits === undefined || name === undefined) return [finding('is not named NN-name-of-the-api.ts')];
  const api = apis.get(Number(digits));
  if (api === undefined) return [finding(`there is no API ${Number(digits)} in ${API_TABLE}`)];
  const fileName = `${String(api.key).padStart(2, '0')}-${kebabCase(api.name)}.ts`;
  if (posix.basename(path) !== fileName) return [finding(`API ${api.key} is ${api.name}: call the file ${fileName}`)];
  const header = HEADER.exec(repository.read(path) ?? '')?.[1];
  if (header === undefined) return [finding('does not open with a block comment', 1)];
  return checkHeader(header, api).map((message) => finding(message, 1));
}

function checkHeader(header: string, api: Api): string[] {
  const problems: string[] = [];
  const versions =
    api.oldest === api.latestStable ? `version ${api.oldest}` : `versions ${api.oldest}–${api.latestStable}`;
  const wanted = `${api.name} (${api.key}), ${versions}`;
  const [, name, key, oldest, latest = oldest] = FIRST_LINE.exec(header) ?? [];
  const isRight =
    name === api.name &&
    Number(key) === api.key &&
    Number(oldest) === api.oldest &&
    Number(latest) === api.latestStable;
  if (!isRight) problems.push(`the header begins "${wanted}", as ${API_TABLE} has it`);
  if (!/^ \* - \S/m.test(header)) problems.push('the header says nothing of its behaviour (" * - …")');
  if (api.latestStable > api.oldest && !/\bv\d+\b/.test(header)) {
    problems.push('the header says nothing of what its versions add ("v4: … (KIP-320)")');
  }
  for (const [, version] of header.matchAll(/\bv(\d+)(?::|–)/g)) {
    if (Number(version) > api.latestStable) problems.push(`the header speaks of v${version}, which is not served`);
  }
  return problems;
}

/** `DescribeLogDirs` → `describe-log-dirs`. */
function kebabCase(name: string): string {
  return name.replace(/(?<=[a-z0-9])(?=[A-Z])/g, '-').toLowerCase();
}
