import type { Logger } from '@sluice/kernel/logger';

export interface TopicOptions {
  readonly name: string;
  /** Default: the broker's `num.partitions`, which is 1. */
  readonly partitions?: number;
  /** The topic's settings by Kafka's names: `{ 'cleanup.policy': 'compact' }`. */
  readonly settings?: Readonly<Record<string, string>>;
}

export interface SluiceOptions {
  /** Topics that are there when `start` settles. One that a kept directory has already stays as it is. */
  readonly topics?: readonly TopicOptions[];
  /** Default: `127.0.0.1`. */
  readonly host?: string;
  /** Default: 0, which picks a free port. */
  readonly port?: number;
  /** Keeps everything in this directory, also after the end. Default: in memory, and gone at the end. */
  readonly dataDirectory?: string;
  /** The broker's settings by Kafka's names: `{ 'auto.create.topics.enable': 'false' }`. */
  readonly settings?: Readonly<Record<string, string>>;
  /** Told what the broker logs. Default: nobody. */
  readonly logger?: Logger;
}

export interface Sluice extends AsyncDisposable {
  /** `host:port`, as Kafka's clients want it in `bootstrap.servers`. */
  readonly bootstrap: string;
  readonly clusterId: string;
  readonly nodeId: number;
  /** Makes further topics; they can be used when the promise settles. */
  createTopics(topics: readonly TopicOptions[]): Promise<void>;
  /** Ends the broker. Calling it again waits for the same end. */
  close(): Promise<void>;
}
