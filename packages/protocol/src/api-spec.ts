/** What Kafka's protocol says about one API. */
export interface ApiSpec {
  readonly key: number;
  /** As in the messages' names: `Fetch`. */
  readonly name: string;
  /** The versions that Kafka 4.3 has. */
  readonly oldest: number;
  readonly latest: number;
  /** Later versions are not advertised unless `unstable.api.versions.enable` is set. */
  readonly latestStable: number;
  /** The first flexible version (KIP-482); Infinity when there is none. It decides the header's version. */
  readonly requestFlexibleFrom: number;
  readonly responseFlexibleFrom: number;
  readonly listeners: readonly ('broker' | 'controller')[];
  /** Between brokers only: needs the CLUSTER_ACTION permission. */
  readonly clusterAction: boolean;
  /** A broker hands the request on to the controller. */
  readonly forwardable: boolean;
}
