/**
 * The settings that the process was started with, by Kafka's names (and ours under `sluice.`), as they were written;
 * only what was given, not the defaults. Built by `server-properties.ts`, which has validated it.
 */
export interface StaticConfig {
  readonly nodeId: number;
  readonly values: ReadonlyMap<string, string>;
}
