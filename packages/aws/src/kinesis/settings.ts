/** What a door may be told about the service that it plays. */
export interface KinesisSettings {
  /** How long CREATING, UPDATING and DELETING last at least. */
  readonly statusDelayMs: number;
  /** A door leaves what another began alone for so long. */
  readonly takeOverAfterMs: number;
  /** Refuse what is more than a shard's throughput. */
  readonly throttle: boolean;
  /** Open shards of all provisioned streams. */
  readonly shardLimit: number;
  readonly onDemandStreamLimit: number;
  /** Subscriptions of all consumers in one door. */
  readonly subscriptionLimit: number;
  /** Records of a queue that were received and are not acknowledged. */
  readonly queueInFlightLimit: number;
}

export const DEFAULT_SETTINGS: KinesisSettings = {
  statusDelayMs: 100,
  takeOverAfterMs: 10_000,
  throttle: false,
  shardLimit: 20_000,
  onDemandStreamLimit: 50,
  subscriptionLimit: 20_000,
  queueInFlightLimit: 120_000,
};
