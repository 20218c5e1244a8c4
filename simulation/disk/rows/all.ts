import type { FaultRow } from '../row.ts';
import { crashEverywhere } from './f2-crash-everywhere.ts';
import { failingSync } from './f5-failing-sync.ts';

export const FAULT_ROWS: readonly FaultRow[] = [crashEverywhere, failingSync];
