import { setFlagsFromString } from 'node:v8';

/**
 * Settings of the runtime for a process that is a broker and nothing else; whoever embeds Sluice keeps their own.
 *
 * By default V8 answers every 32 MB of new buffers with a full collection, which took a quarter of the CPU of
 * receiving. Counted within the heap's own limit, buffers that die young go in cheap ones.
 */
export function tuneProcess(): void {
  setFlagsFromString('--external-memory-accounted-in-global-limit');
}
