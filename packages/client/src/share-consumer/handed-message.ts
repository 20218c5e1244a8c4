import type { Clock } from '@sluice/kernel/clock';
import { type Acknowledgement, AcknowledgeType, type Acquired, acknowledgementOf } from './acknowledgement.ts';
import { AcknowledgementError, type ShareConsumerError, UserError } from './errors.ts';
import type { AcknowledgementMode } from './options.ts';
import type { ShareMessage } from './share-message.ts';

/** What a message needs of the loop that handed it out. */
export interface MessageHost {
  readonly mode: AcknowledgementMode;
  readonly clock: Clock;
  /** Takes it on its way. */
  say(acknowledgement: Acknowledgement): void;
}

export interface Contents<Key, Value, HeaderKey, HeaderValue> {
  readonly key: Key | undefined;
  readonly value: Value | undefined;
  readonly headerEntries: readonly (readonly [HeaderKey, HeaderValue | undefined])[];
}

const NAMES = {
  [AcknowledgeType.GAP]: undefined,
  [AcknowledgeType.ACCEPT]: 'accept',
  [AcknowledgeType.RELEASE]: 'release',
  [AcknowledgeType.REJECT]: 'reject',
  [AcknowledgeType.RENEW]: 'renew',
} as const;

export function acknowledgementName(type: AcknowledgeType): (typeof NAMES)[AcknowledgeType] {
  return NAMES[type];
}

/** A class, since there are hundreds of thousands each second. */
export class HandedMessage<Key, Value, HeaderKey, HeaderValue>
  implements ShareMessage<Key, Value, HeaderKey, HeaderValue>
{
  readonly topic: string;
  readonly partition: number;
  readonly key: Key | undefined;
  readonly value: Value | undefined;
  readonly headerEntries: readonly (readonly [HeaderKey, HeaderValue | undefined])[];
  readonly deliveryCount: number;
  readonly #acquired: Acquired;
  readonly #host: MessageHost;

  constructor(acquired: Acquired, contents: Contents<Key, Value, HeaderKey, HeaderValue>, host: MessageHost) {
    this.topic = acquired.place.topic;
    this.partition = acquired.place.partition;
    this.key = contents.key;
    this.value = contents.value;
    this.headerEntries = contents.headerEntries;
    this.deliveryCount = acquired.deliveryCount;
    this.#acquired = acquired;
    this.#host = host;
  }

  get offset(): bigint {
    return BigInt(this.#acquired.record.offset);
  }

  get timestamp(): bigint {
    return BigInt(this.#acquired.record.timestampMs);
  }

  get headers(): ReadonlyMap<HeaderKey, HeaderValue | undefined> {
    return new Map(this.headerEntries);
  }

  get lockRemainingMs(): number {
    const { life, lockEndMs } = this.#acquired;
    return life.isOver ? 0 : lockEndMs - this.#host.clock.monotonicMs();
  }

  get acknowledgement(): 'accept' | 'release' | 'reject' | undefined {
    const name = this.#acquired.said === undefined ? undefined : acknowledgementName(this.#acquired.said.type);
    return name === 'renew' ? undefined : name;
  }

  accept(): void {
    this.#say(AcknowledgeType.ACCEPT);
  }

  release(): void {
    this.#say(AcknowledgeType.RELEASE);
  }

  reject(): void {
    this.#say(AcknowledgeType.REJECT);
  }

  renew(): void {
    const { renewal, said } = this.#acquired;
    const isUnderWay = renewal !== undefined && renewal.outcome === undefined;
    if (said === undefined && isUnderWay) return;
    this.#say(AcknowledgeType.RENEW);
  }

  settled(): Promise<void> {
    const acquired = this.#acquired;
    const last = acquired.said ?? acquired.renewal;
    if (last === undefined) return Promise.reject(new UserError(`${this.#where()} was not acknowledged`));
    if (last.outcome !== undefined) return this.#end(last.outcome.error);
    return new Promise((resolve, reject) => {
      last.listeners.push((error) => this.#end(error).then(resolve, reject));
      acquired.from.flush();
    });
  }

  async #end(error: ShareConsumerError | undefined): Promise<void> {
    const { topic, partition, offset } = this;
    if (error !== undefined) throw new AcknowledgementError([{ topic, partition, offset, error }]);
  }

  #say(type: AcknowledgeType): void {
    const acquired = this.#acquired;
    if (this.#host.mode === 'implicit') {
      throw new UserError("messages are acknowledged by name only with acknowledgementMode: 'explicit'");
    }
    if (acquired.said !== undefined) {
      throw new UserError(`${this.#where()} was acknowledged before (${this.acknowledgement})`);
    }
    const acknowledgement = acknowledgementOf(acquired, type, true);
    if (type === AcknowledgeType.RENEW) acquired.renewal = acknowledgement;
    else acquired.said = acknowledgement;
    this.#host.say(acknowledgement);
  }

  #where(): string {
    return `${this.topic}-${this.partition}, offset ${this.offset},`;
  }
}
