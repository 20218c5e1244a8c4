import { opSizeBytes } from '../store/check-txn.ts';
import type { Compare, StoreLimits, StoreOp } from '../store/metadata-store.ts';
import type { Write } from './decision.ts';

export interface PackedTxn {
  readonly compare: readonly Compare[];
  readonly ops: readonly StoreOp[];
}

interface Parcel extends PackedTxn {
  readonly sizeBytes: number;
}

/**
 * Spreads writes over as few transactions as the store takes, in an order that is safe to break off: what is staged has
 * no effect before its commit, and a commit is never split. Where all fits, it is one transaction.
 */
export function packWrites(writes: readonly Write[], limits: StoreLimits): PackedTxn[] {
  const stages = writes.flatMap(({ stage }) => stage.map((op) => parcelOf([op], [])));
  const commits = writes.map(({ commit, compare = [] }) => parcelOf(commit, compare));
  const together = pack([...stages, ...commits], limits);
  if (together.length <= 1) return together;
  return [...pack(stages, limits), ...pack(commits, limits)];
}

function parcelOf(ops: readonly StoreOp[], compare: readonly Compare[]): Parcel {
  let sizeBytes = 0;
  for (const op of ops) sizeBytes += opSizeBytes(op);
  for (const { key } of compare) sizeBytes += Buffer.byteLength(key);
  return { ops, compare, sizeBytes };
}

/** Room for the compare of the controller's key, which every transaction has. */
const RESERVED_SIZE_BYTES = 64;

function pack(parcels: readonly Parcel[], { txnOpsMax, txnSizeBytesMax }: StoreLimits): PackedTxn[] {
  const txns: { compare: Compare[]; ops: StoreOp[] }[] = [];
  let sizeBytes = 0;
  for (const parcel of parcels) {
    if (parcel.ops.length === 0) continue;
    let txn = txns.at(-1);
    const isFull =
      txn === undefined ||
      txn.ops.length + parcel.ops.length > txnOpsMax ||
      txn.compare.length + parcel.compare.length + 1 > txnOpsMax ||
      sizeBytes + parcel.sizeBytes > txnSizeBytesMax - RESERVED_SIZE_BYTES;
    if (txn === undefined || isFull) {
      txn = { compare: [], ops: [] };
      txns.push(txn);
      sizeBytes = 0;
    }
    for (const op of parcel.ops) txn.ops.push(op);
    for (const compare of parcel.compare) txn.compare.push(compare);
    sizeBytes += parcel.sizeBytes;
  }
  return txns;
}
