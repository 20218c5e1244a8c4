import type { ServerName, Settings } from './server.ts';

/** Where an answer's records are when it leaves: as each broker's defaults have it, or in the same place for both. */
export type Promised = 'by default' | 'on disk' | 'in the page cache';

export const PROMISES: readonly { readonly promised: Promised; readonly suffix: string; readonly said: string }[] = [
  {
    promised: 'by default',
    suffix: '',
    said: 'Kafka answers an acknowledgement from the page cache, Sluice once it is on disk.',
  },
  {
    promised: 'on disk',
    suffix: '-on-disk',
    said: 'Both answer an acknowledgement once it is on disk (Kafka with log.flush.interval.messages=1).',
  },
  {
    promised: 'in the page cache',
    suffix: '-page-cache',
    said: 'Both answer an acknowledgement from the page cache (Sluice with sluice.durability=os).',
  },
];

const NONE: Settings = {};

export function durabilitySettings(promised: Promised): (name: ServerName) => Settings {
  return (name) => {
    if (promised === 'on disk' && name === 'kafka') return { 'log.flush.interval.messages': '1' };
    if (promised === 'in the page cache' && name === 'sluice') return { 'sluice.durability': 'os' };
    return NONE;
  };
}
