import { join } from 'node:path';

export const root = join(import.meta.dirname, '..', '..');
export const interop = join(root, 'interop');
/** Git-ignored: what a second run need not fetch or build again. */
export const cache = join(root, '.cache', 'interop');
