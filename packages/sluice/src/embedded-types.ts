import type { Logger } from '@sluice/kernel/logger';

export interface TopicOptions {
  readonly name: string;
  /** Default: the broker's `num.partitions`, which is 1. */
  readonly partitions?: number;
  /** The topic's settings by Kafka's names: `{ 'cleanup.policy': 'compact' }`. */
  readonly settings?: Readonly<Record<string, string>>;
}

export interface GroupOptions {
  readonly id: string;
  /** The group's settings by Kafka's names: `{ 'share.auto.offset.reset': 'earliest' }`. */
  readonly settings: Readonly<Record<string, string>>;
}

/** The AWS services in front of the broker. */
export interface AwsOptions {
  /** Default: 0, which picks a free one. */
  readonly port?: number;
  /** Requests must be signed with one of them. Default: any key will do. */
  readonly keys?: readonly AwsAccessKey[];
  /** How long a stream is CREATING, UPDATING or DELETING at least. Default: 100. */
  readonly statusDelayMs?: number;
  /** Holds streams to the throughput of their shards. Default: false. */
  readonly throttle?: boolean;
}

export interface AwsAccessKey {
  readonly accessKeyId: string;
  readonly secretAccessKey: string;
  /** Requests must bring it where it is there. */
  readonly sessionToken?: string;
  /** Twelve digits. Default: 000000000000. */
  readonly accountId?: string;
}

export interface SluiceOptions {
  /** Topics that are there when `start` settles. One that a kept directory has already stays as it is. */
  readonly topics?: readonly TopicOptions[];
  /** Settings of groups, which need no members yet. */
  readonly groups?: readonly GroupOptions[];
  /** Default: `127.0.0.1`. */
  readonly host?: string;
  /** Default: 0, which picks a free port. */
  readonly port?: number;
  /** Keeps everything in this directory, also after the end. Default: in memory, and gone at the end. */
  readonly dataDirectory?: string;
  /**
   * The broker's settings by Kafka's names: `{ 'auto.create.topics.enable': 'false' }`. Defaults are Kafka's, but for
   * `group.initial.rebalance.delay.ms`, which is 0: the first member of a group waits for no others.
   */
  readonly settings?: Readonly<Record<string, string>>;
  /** Opens the AWS door too: at a free port of `host`, or where it is said. Default: no door. */
  readonly aws?: boolean | AwsOptions;
  /** Told what the broker logs. Default: nobody. */
  readonly logger?: Logger;
}

export interface Sluice extends AsyncDisposable {
  /** `host:port`, as Kafka's clients want it in `bootstrap.servers`. */
  readonly bootstrap: string;
  readonly clusterId: string;
  readonly nodeId: number;
  /** What AWS SDKs want as `endpoint`, where `aws` was asked for: `http://127.0.0.1:4566`. */
  readonly awsEndpoint: string | undefined;
  /** Makes further topics; they can be used when the promise settles. */
  createTopics(topics: readonly TopicOptions[]): Promise<void>;
  /** Ends the broker. Calling it again waits for the same end. */
  close(): Promise<void>;
}
