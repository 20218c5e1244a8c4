import fc from 'fast-check';
import type { KeyValue, RangeResult, StoreErrorTag, StoreOp, Txn, TxnResult } from '../metadata-store.ts';

/** The store as one would write it on a page: a list that is searched from end to end. For tests. */
export interface ModelStore {
  range(prefix: string): RangeResult;
  txn(txn: Txn): TxnResult | StoreErrorTag;
}

export function modelStore(): ModelStore {
  let revision = 0;
  let kvs: KeyValue[] = [];

  function apply(op: StoreOp, at: number): boolean {
    const hit = (kv: KeyValue) => (op.kind === 'delete-prefix' ? kv.key.startsWith(op.prefix) : kv.key === op.key);
    const old = kvs.find(hit);
    kvs = kvs.filter((kv) => !hit(kv));
    if (op.kind !== 'put') return old !== undefined;
    kvs.push({
      key: op.key,
      value: op.value,
      createRevision: old?.createRevision ?? at,
      modRevision: at,
      version: (old?.version ?? 0) + 1,
      lease: undefined,
    });
    return true;
  }

  return {
    range: (prefix) => ({
      revision,
      kvs: kvs
        .filter((kv) => kv.key.startsWith(prefix))
        .sort((a, b) => Buffer.compare(Buffer.from(a.key), Buffer.from(b.key))),
    }),
    txn({ compare, success, failure = [] }) {
      if (overlaps(success) || overlaps(failure)) return 'invalid';
      const succeeded = compare.every((wanted) => {
        const kv = kvs.find(({ key }) => key === wanted.key);
        const found: Partial<Record<string, unknown>> = { createRevision: 0, modRevision: 0, version: 0, ...kv };
        return Object.entries(wanted).every(([name, value]) => name === 'key' || found[name] === value);
      });
      let changed = false;
      for (const op of succeeded ? success : failure) changed = apply(op, revision + 1) || changed;
      if (changed) revision += 1;
      return { succeeded, revision };
    },
  };
}

function overlaps(ops: readonly StoreOp[]): boolean {
  return ops.some(
    (put, index) =>
      put.kind === 'put' &&
      ops.some((op, other) => {
        if (other === index) return false;
        return op.kind === 'delete-prefix' ? put.key.startsWith(op.prefix) : op.key === put.key;
      }),
  );
}

const key = fc.constantFrom('a', 'a/', 'a/1', 'a/2', 'ab', 'b', 'b/1', '\ud7ff', '\ue000', '\u{1f600}');
const value = fc.constantFrom('', '1', '2');
const op: fc.Arbitrary<StoreOp> = fc.oneof(
  { weight: 4, arbitrary: fc.record({ kind: fc.constant('put' as const), key, value }) },
  { weight: 2, arbitrary: fc.record({ kind: fc.constant('delete' as const), key }) },
  {
    weight: 1,
    arbitrary: fc.record({ kind: fc.constant('delete-prefix' as const), prefix: fc.constantFrom('a/', 'b') }),
  },
);
const small = fc.nat(6);
const compare = fc.record(
  { key, createRevision: small, modRevision: small, version: fc.nat(3), value },
  { requiredKeys: ['key'] },
);

/** Transactions over few keys, so that they meet: some hold, some do not, some are refused. */
export const storeCommand: fc.Arbitrary<Txn> = fc.record({
  compare: fc.array(compare, { maxLength: 2 }),
  success: fc.array(op, { maxLength: 4 }),
  failure: fc.array(op, { maxLength: 2 }),
});
