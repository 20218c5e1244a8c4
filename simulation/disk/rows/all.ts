import type { FaultRow } from '../row.ts';
import { crashEverywhere } from './f2-crash-everywhere.ts';
import { tornTail } from './f4-torn-tail.ts';
import { failingSync } from './f5-failing-sync.ts';
import { bitRot } from './f6-bit-rot.ts';
import { fullDisk } from './f7-full-disk.ts';
import { slowDisk } from './f8-slow-disk.ts';

export const FAULT_ROWS: readonly FaultRow[] = [crashEverywhere, tornTail, failingSync, bitRot, fullDisk, slowDisk];
