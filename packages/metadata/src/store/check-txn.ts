import { StoreError, type StoreLimits, type StoreOp, type Txn } from './metadata-store.ts';

/** Refuses what no store would take, before anything is applied. */
export function checkTxn(txn: Txn, limits: StoreLimits): void {
  let sizeBytes = 0;
  for (const compare of txn.compare) sizeBytes += checkKey(compare.key, limits);
  for (const side of [txn.success, txn.failure ?? []]) {
    if (side.length > limits.txnOpsMax) {
      throw new StoreError('limit', `a transaction of ${side.length} operations, more than ${limits.txnOpsMax}`);
    }
    for (const op of side) sizeBytes += checkOp(op, limits);
    checkOverlap(side);
  }
  if (txn.compare.length > limits.txnOpsMax) {
    throw new StoreError('limit', `a transaction of ${txn.compare.length} compares, more than ${limits.txnOpsMax}`);
  }
  if (sizeBytes > limits.txnSizeBytesMax) {
    throw new StoreError('limit', `a transaction of ${sizeBytes} bytes, more than ${limits.txnSizeBytesMax}`);
  }
}

/** What an operation adds to the size of its transaction. */
export function opSizeBytes(op: StoreOp): number {
  if (op.kind === 'put') return Buffer.byteLength(op.key) + Buffer.byteLength(op.value);
  return Buffer.byteLength(op.kind === 'delete' ? op.key : op.prefix);
}

function checkOp(op: StoreOp, limits: StoreLimits): number {
  if (op.kind === 'delete-prefix') return opSizeBytes(op);
  const keySizeBytes = checkKey(op.key, limits);
  if (op.kind === 'delete') return keySizeBytes;
  const valueSizeBytes = Buffer.byteLength(op.value);
  if (valueSizeBytes > limits.valueSizeBytesMax) {
    throw new StoreError('limit', `the value of ${op.key} has ${valueSizeBytes} bytes`);
  }
  return keySizeBytes + valueSizeBytes;
}

function checkKey(key: string, limits: StoreLimits): number {
  const sizeBytes = Buffer.byteLength(key);
  if (sizeBytes === 0) throw new StoreError('invalid', 'an empty key');
  if (!key.isWellFormed()) throw new StoreError('invalid', 'a key that is no valid text');
  if (sizeBytes > limits.keySizeBytesMax) throw new StoreError('limit', `a key of ${sizeBytes} bytes`);
  return sizeBytes;
}

/** As in etcd: no key is put twice, nor put and deleted. */
function checkOverlap(ops: readonly StoreOp[]): void {
  const puts = new Set<string>();
  for (const op of ops) {
    if (op.kind !== 'put') continue;
    if (puts.has(op.key)) throw new StoreError('invalid', `${op.key} is put twice in one transaction`);
    puts.add(op.key);
  }
  for (const op of ops) {
    if (op.kind === 'delete' && puts.has(op.key)) {
      throw new StoreError('invalid', `${op.key} is put and deleted in one transaction`);
    }
    if (op.kind !== 'delete-prefix') continue;
    for (const key of puts) {
      if (key.startsWith(op.prefix)) {
        throw new StoreError('invalid', `${key} is put and ${op.prefix} deleted in one transaction`);
      }
    }
  }
}
