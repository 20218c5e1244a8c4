import type { StartPosition } from '../../input/start-position.ts';
import type { ClientOptions } from '../client-options.ts';

/** How records are printed. */
export interface PrintOptions extends ClientOptions {
  readonly format: 'value' | 'key-value' | 'json';
  readonly keySeparator: string;
  readonly count?: number;
}

/** Without a group. */
export interface ConsumeTopicOptions extends PrintOptions {
  readonly from: StartPosition;
  readonly partition?: readonly number[];
  readonly untilEnd?: boolean;
}

/** As a member of a group. */
export interface ConsumeGroupOptions extends PrintOptions {
  readonly group: string;
  readonly groupProtocol: 'classic' | 'consumer';
  readonly include?: RegExp;
  /** Where the group has committed nothing. */
  readonly from: 'beginning' | 'end';
  readonly untilEnd?: boolean;
}

/** As a member of a share group. */
export interface ConsumeShareGroupOptions extends PrintOptions {
  readonly shareGroup: string;
  readonly include?: RegExp;
  /** What becomes of a record that was printed. */
  readonly acknowledgement: 'accept' | 'release' | 'reject';
  /** Ends when nothing has come for so long. */
  readonly idleMs?: number;
}

/** All that may be given. */
export interface ConsumeOptions extends ConsumeTopicOptions {
  readonly group?: string;
  readonly groupProtocol?: 'classic' | 'consumer';
  readonly include?: RegExp;
  readonly shareGroup?: string;
  readonly accept?: boolean;
  readonly release?: boolean;
  readonly reject?: boolean;
  readonly idle?: number;
}
