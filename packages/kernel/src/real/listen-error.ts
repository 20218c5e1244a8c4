import { ListenError, type ListenErrorTag } from '../network.ts';

const TAG_BY_CODE: Readonly<Record<string, ListenErrorTag>> = {
  EADDRINUSE: 'port-in-use',
  EACCES: 'denied',
  EPERM: 'denied',
  EADDRNOTAVAIL: 'no-such-address',
  EAFNOSUPPORT: 'no-such-address',
  EINVAL: 'no-such-address',
  ENOTFOUND: 'no-such-address',
  EAI_AGAIN: 'no-such-address',
};

/** What the system said about listening, as the port says it. */
export function listenError(error: NodeJS.ErrnoException): ListenError {
  return new ListenError(TAG_BY_CODE[error.code ?? ''] ?? 'other', error.message, { cause: error });
}
