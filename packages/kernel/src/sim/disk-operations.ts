import { assert } from '../assert.ts';
import type { Clock } from '../clock.ts';
import { DiskError } from '../disk.ts';
import { type DiskFault, type DiskOperationKind, type FaultRule, isChange } from './faults.ts';

/** How the simulated disk carries out one operation: counted, at the mercy of the fault rules, and dead after a crash. */
export interface DiskOperations {
  readonly changeCount: number;
  readonly crashed: boolean;
  run<T>(operation: Operation<T>): Promise<T>;
  inject(rule: FaultRule): () => void;
  crash(): void;
}

export interface Operation<T> {
  readonly kind: DiskOperationKind;
  readonly path: string;
  readonly sizeBytes?: number;
  /** What the running system sees at once. */
  readonly apply: () => T;
  /** What is certain only once the caller is told. */
  readonly settle?: (value: T) => void;
  /** Instead of both, when a fault rule lets it fail; instead of `settle`, when it lies. */
  readonly refuse?: () => void;
}

export function createDiskOperations(modelsCrashes: boolean, clock: Clock | undefined): DiskOperations {
  const rules = new Set<FaultRule>();
  /** Operations under way, to be ended by a crash. */
  const waiting = new Set<() => void>();
  let changeCount = 0;
  let crashed = false;

  const crash = () => {
    crashed = true;
    for (const end of waiting) end();
    waiting.clear();
  };

  const decide = (kind: DiskOperationKind, path: string, sizeBytes: number): DiskFault | undefined => {
    let delayMs = 0;
    for (const rule of rules) {
      const fault = rule({ kind, path, sizeBytes, changeCount });
      if (fault?.kind === 'delay') delayMs += fault.delayMs;
      else if (fault !== undefined) return fault;
    }
    return delayMs > 0 ? { kind: 'delay', delayMs } : undefined;
  };

  const delay = (delayMs: number): Promise<void> => {
    assert(clock !== undefined, 'a disk that delays has a clock');
    return new Promise((resolve) => {
      waiting.add(resolve);
      clock.setTimer(delayMs, () => {
        waiting.delete(resolve);
        resolve();
      });
    });
  };

  const run = async <T>(operation: Operation<T>): Promise<T> => {
    const { kind, path } = operation;
    if (crashed) throw powerIsOff(path);
    if (isChange(kind)) changeCount++;
    const fault = rules.size === 0 ? undefined : decide(kind, path, operation.sizeBytes ?? 0);
    if (fault?.kind === 'fail') {
      operation.refuse?.();
      throw new DiskError(fault.tag, path, `${kind} of ${path}: injected ${fault.tag}`);
    }
    if (fault?.kind === 'crash') {
      try {
        operation.apply();
      } finally {
        crash();
      }
      throw powerIsOff(path);
    }
    const value = operation.apply();
    if (fault?.kind === 'lie') {
      operation.refuse?.();
      return value;
    }
    if (!modelsCrashes && fault === undefined) return value;
    // Done, but nobody knows yet: what begins in between must not count on it.
    await (fault === undefined ? undefined : delay(fault.delayMs));
    if (crashed) throw powerIsOff(path);
    operation.settle?.(value);
    return value;
  };

  return {
    get changeCount() {
      return changeCount;
    },
    get crashed() {
      return crashed;
    },
    run,
    inject(rule) {
      rules.add(rule);
      return () => void rules.delete(rule);
    },
    crash,
  };
}

function powerIsOff(path: string): DiskError {
  return new DiskError('io', path, 'the simulated disk has crashed');
}
