import { ErrorCode } from '@sluice/protocol/generated/errors';
import type { ApiError } from '../controller/decision.ts';
import { clientMetricsConfigs } from './client-metrics-table.ts';
import { parseConfig, parseList } from './parse-config.ts';

/** What a client's `match` may look at (KIP-714). */
const matchAttributes: ReadonlySet<string> = new Set([
  'client_id',
  'client_instance_id',
  'client_software_name',
  'client_software_version',
  'client_source_address',
  'client_source_port',
]);

/** Refuses what Kafka refuses: mostly as an invalid request, a bad pattern as an invalid configuration. */
export function clientMetricsProblem(configs: ReadonlyMap<string, string>): ApiError | undefined {
  for (const [name, raw] of configs) {
    const definition = clientMetricsConfigs.get(name);
    if (definition === undefined) {
      return { errorCode: ErrorCode.INVALID_REQUEST, errorMessage: `Unknown client metrics configuration: ${name}` };
    }
    const parsed = parseConfig(definition, raw);
    if (!parsed.ok) return { errorCode: ErrorCode.INVALID_REQUEST, errorMessage: parsed.message };
  }
  for (const pattern of parseList(configs.get('match') ?? '')) {
    if (!isMatchPattern(pattern)) {
      return { errorCode: ErrorCode.INVALID_CONFIG, errorMessage: `Illegal client matching pattern: ${pattern}` };
    }
  }
  return undefined;
}

function isMatchPattern(pattern: string): boolean {
  const [attribute = '', expression, ...rest] = pattern.split('=');
  if (expression === undefined || rest.length > 0 || !matchAttributes.has(attribute.trim())) return false;
  try {
    new RegExp(expression.trim());
    return true;
  } catch {
    return false;
  }
}
