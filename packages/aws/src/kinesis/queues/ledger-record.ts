import type { Offset, TimestampMs } from '@sluice/kernel/ids';
import type { BatchRecord } from '@sluice/protocol/records/record';
import type { LogRecord } from '../../kafka/kafka-log.ts';

/** What a queue knows of a record that its share group has handed to a door, until it is acknowledged. */
export interface LedgerEntry {
  /** How often it was received since it came, or was restored. */
  readonly receiveCount: number;
  /** 0: never yet. */
  readonly firstReceivedMs: TimestampMs;
  /** From then on it may be received. */
  readonly visibleAtMs: TimestampMs;
  /** Of the last time that it was received: receipt handles before that one are void. */
  readonly receipt: string;
  readonly isDead: boolean;
  /** When this was written, the share group might still have given the record out once more. */
  readonly isUnsure: boolean;
}

/** One change of one record's entry; null removes it. */
export interface LedgerRecord {
  readonly id: string;
  readonly entry: LedgerEntry | null;
  /** All below it had been read when this was decided. */
  readonly base: Offset;
  /** Whose it is: a door, and its count. */
  readonly writer: string;
}

const BASE_HEADER = 'base';
const WRITER_HEADER = 'writer';

export function encodeLedgerRecord({ id, entry, base, writer }: LedgerRecord): LogRecord {
  return {
    key: id,
    value: entry === null ? null : JSON.stringify(shortened(entry)),
    headers: [
      { key: BASE_HEADER, value: String(base) },
      { key: WRITER_HEADER, value: writer },
    ],
  };
}

/** Undefined for what no door wrote. */
export function decodeLedgerRecord({ key, value, headers }: BatchRecord): LedgerRecord | undefined {
  const header = (name: string) => headers.find((each) => each.key === name)?.value?.toString();
  const base = Number(header(BASE_HEADER));
  const writer = header(WRITER_HEADER);
  if (key === null || writer === undefined || !Number.isSafeInteger(base)) return undefined;
  try {
    return { id: key.toString(), base, writer, entry: value === null ? null : read(value.toString()) };
  } catch {
    return undefined;
  }
}

interface Shortened {
  readonly n: number;
  readonly f: number;
  readonly v: number;
  readonly r: string;
  readonly d?: 1;
  readonly u?: 1;
}

function shortened(entry: LedgerEntry): Shortened {
  const { receiveCount: n, firstReceivedMs: f, visibleAtMs: v, receipt: r, isDead, isUnsure } = entry;
  return { n, f, v, r, ...(isDead ? { d: 1 } : {}), ...(isUnsure ? { u: 1 } : {}) };
}

function read(text: string): LedgerEntry {
  const { n, f, v, r, d, u } = JSON.parse(text) as Shortened;
  return { receiveCount: n, firstReceivedMs: f, visibleAtMs: v, receipt: r, isDead: d === 1, isUnsure: u === 1 };
}
