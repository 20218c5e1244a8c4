import { RegistrationRefused } from '@sluice/broker/registration';
import { DiskError } from '@sluice/kernel/disk';
import { ListenError } from '@sluice/kernel/network';
import { LogDirectoryError, type LogDirectoryErrorTag } from '@sluice/log/log-directory-error';
import { StoreError, type StoreErrorTag } from '@sluice/metadata/store/metadata-store';

/** A broker cannot start: what is wrong in one line, and what its user can do about it. */
export class StartError extends Error {
  override readonly name = 'StartError';
  readonly hint: string;
  constructor(message: string, hint: string, options?: ErrorOptions) {
    super(message, options);
    this.hint = hint;
  }
}

/** How the user of a start says where to listen and where data is kept. */
export interface OptionNames {
  readonly listen: string;
  readonly data: string;
}

/** Of `Sluice.start`. */
export const API_OPTION_NAMES: OptionNames = { listen: 'port', data: 'dataDirectory' };

/** They stand in hints until it is known whose start it is. */
export const LISTEN_OPTION = '{listen}';
export const DATA_OPTION = '{data}';

/** The error with its hint in the words of whoever starts. */
export function withOptionNames(error: unknown, { listen, data }: OptionNames): unknown {
  if (!(error instanceof StartError)) return error;
  const hint = error.hint.replaceAll(LISTEN_OPTION, listen).replaceAll(DATA_OPTION, data);
  return hint === error.hint ? error : new StartError(error.message, hint, { cause: error.cause });
}

const ANOTHER_DIRECTORY = `name another directory with ${DATA_OPTION}`;

const DIRECTORY_HINTS: Readonly<Record<LogDirectoryErrorTag, string>> = {
  locked: `stop the broker that uses it, or ${ANOTHER_DIRECTORY}`,
  foreign: `${ANOTHER_DIRECTORY}, an empty or a new one`,
  'read-only': `make it writable, or ${ANOTHER_DIRECTORY}`,
  'other-cluster': ANOTHER_DIRECTORY,
  'other-node': `start with the node.id that it belongs to, or ${ANOTHER_DIRECTORY}`,
  'newer-version': 'start it with the newer version of Sluice',
  damaged: `restore meta.properties, or ${ANOTHER_DIRECTORY}`,
};

const STORE_HINTS: Readonly<Partial<Record<StoreErrorTag, string>>> = {
  busy: DIRECTORY_HINTS.locked,
  'read-only': DIRECTORY_HINTS['read-only'],
  'no-space': 'free some space on the disk',
  'newer-version': DIRECTORY_HINTS['newer-version'],
  corrupt: 'restore the directory from a backup',
};

/** The error of a start in its user's words; what is no operating error is a bug and stays as it is. */
export function explainStart(error: unknown, address: string): unknown {
  if (error instanceof ListenError) return explainListen(error, address);
  if (error instanceof LogDirectoryError)
    return new StartError(error.message, DIRECTORY_HINTS[error.tag], { cause: error });
  if (error instanceof StoreError) {
    const message = error.tag === 'busy' ? `the data directory is in use (${error.message})` : error.message;
    return new StartError(message, STORE_HINTS[error.tag] ?? ANOTHER_DIRECTORY, { cause: error });
  }
  if (error instanceof DiskError) {
    return new StartError(
      `${error.path}: ${error.message}`,
      `check its permissions and the disk, or ${ANOTHER_DIRECTORY}`,
      {
        cause: error,
      },
    );
  }
  if (error instanceof RegistrationRefused) {
    return new StartError(`the cluster refuses this broker: ${error.message}`, 'start it with another node.id', {
      cause: error,
    });
  }
  return error;
}

/** `option` is the one by which its user says where to listen. */
export function explainListen(error: ListenError, address: string, option = LISTEN_OPTION): StartError {
  switch (error.tag) {
    case 'port-in-use':
      return new StartError(
        `${address} is in use`,
        `stop the program that listens there, or choose another port with ${option}`,
        {
          cause: error,
        },
      );
    case 'denied':
      return new StartError(`this user may not listen on ${address}`, `choose a port above 1023 with ${option}`, {
        cause: error,
      });
    case 'no-such-address':
      return new StartError(`this machine has no address ${address}`, `choose one of its own with ${option}`, {
        cause: error,
      });
    case 'other':
      return new StartError(`cannot listen on ${address}: ${error.message}`, `choose another address with ${option}`, {
        cause: error,
      });
  }
}
