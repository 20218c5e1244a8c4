import { compareKeys } from './key-order.ts';
import type { KeyValue, Revision, StoreEvent, StoreOp } from './metadata-store.ts';
import { kvCrc, type SqliteRows } from './sqlite-rows.ts';
import { eventKey } from './watcher-set.ts';

/** What the operations of one transaction did to the rows. */
export interface AppliedOps {
  /** By key. */
  readonly events: readonly StoreEvent[];
  /** What was there of the keys that were put or deleted. */
  readonly before: ReadonlyMap<string, KeyValue>;
  /** `kvCrc` of each key that was put. */
  readonly crcs: ReadonlyMap<string, number>;
}

/** Applies them in order, within a transaction of SQLite that the caller has begun. */
export function applyOps(rows: SqliteRows, ops: readonly StoreOp[], revision: Revision): AppliedOps {
  const events: StoreEvent[] = [];
  const before = new Map<string, KeyValue>();
  const crcs = new Map<string, number>();

  function remove(kv: KeyValue): void {
    before.set(kv.key, kv);
    rows.delete(kv.key);
    events.push({ kind: 'delete', key: kv.key });
  }

  function put({ key, value, lease }: Extract<StoreOp, { kind: 'put' }>): void {
    const current = rows.get(key);
    if (current !== undefined) before.set(key, current);
    const kv: KeyValue = {
      key,
      value,
      createRevision: current?.createRevision ?? revision,
      modRevision: revision,
      version: (current?.version ?? 0) + 1,
      lease,
    };
    const crc = kvCrc(kv);
    crcs.set(key, crc);
    rows.put(kv, crc);
    events.push({ kind: 'put', kv });
  }

  for (const op of ops) {
    if (op.kind === 'put') put(op);
    else if (op.kind === 'delete-prefix') for (const kv of rows.range(op.prefix)) remove(kv);
    else {
      const kv = rows.get(op.key);
      if (kv !== undefined) remove(kv);
    }
  }
  events.sort((a, b) => compareKeys(eventKey(a), eventKey(b)));
  return { events, before, crcs };
}
