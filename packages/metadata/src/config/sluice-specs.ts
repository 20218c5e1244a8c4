import type { ConfigSpec } from '@sluice/protocol/config-spec';

/** Sluice's own broker settings, shaped like Kafka's table. All start with `sluice.` and are read-only. */
export const SLUICE_CONFIGS: readonly ConfigSpec[] = [
  {
    name: 'sluice.durability',
    type: 'STRING',
    required: false,
    default: 'disk',
    valid: '[disk, os]',
    importance: 'HIGH',
  },
  {
    name: 'sluice.tail.cache.bytes',
    type: 'LONG',
    required: false,
    default: '33554432',
    valid: '[0,...]',
    importance: 'MEDIUM',
  },
  {
    name: 'sluice.connection.unsent.max.bytes',
    type: 'LONG',
    required: false,
    default: '8388608',
    valid: '[65536,...]',
    importance: 'LOW',
  },
  {
    name: 'sluice.log.format',
    type: 'STRING',
    required: false,
    default: 'auto',
    valid: '[auto, pretty, json]',
    importance: 'LOW',
  },
  {
    name: 'sluice.log.level',
    type: 'STRING',
    required: false,
    default: 'info',
    valid: '[debug, info, warn, error]',
    importance: 'LOW',
  },
];

export const SLUICE_DOCUMENTATION: Readonly<Record<string, string>> = {
  'sluice.durability':
    'When a batch counts as stored for acks=all: disk waits until it is synced, os only until the operating system has it.',
  'sluice.tail.cache.bytes': 'Memory for the newest batches of all partitions, from which live consumers are served.',
  'sluice.connection.unsent.max.bytes':
    'Answers that a connection may have waiting for a client that does not read, before its next requests wait.',
  'sluice.log.format': 'How log lines look: auto is pretty on a terminal and JSON otherwise.',
  'sluice.log.level': 'The least important log lines that are written.',
};
