import type { ConfigSpec } from '@sluice/protocol/config-spec';
import { type ConfigTable, configTable } from './definition.ts';

/** Kafka checks them in code (KIP-714), not by a table of its own. */
const specs: readonly ConfigSpec[] = [
  {
    name: 'interval.ms',
    type: 'INT',
    required: false,
    default: '300000',
    valid: '[100,...,3600000]',
    importance: 'MEDIUM',
  },
  { name: 'match', type: 'LIST', required: false, default: '', valid: '', importance: 'MEDIUM' },
  { name: 'metrics', type: 'LIST', required: false, default: '', valid: '', importance: 'MEDIUM' },
];

export const clientMetricsConfigs: ConfigTable = configTable(specs, {
  documentation: {
    'interval.ms': 'How often clients push their metrics, in milliseconds.',
    match: 'Which clients: attributes with a regular expression each, such as client_id=orders.*',
    metrics: 'Prefixes of the names of the metrics to push; * is all, none is none.',
  },
});
