import type { FaultRow } from '../row.ts';
import { crashEverywhere } from './f2-crash-everywhere.ts';

export const FAULT_ROWS: readonly FaultRow[] = [crashEverywhere];
