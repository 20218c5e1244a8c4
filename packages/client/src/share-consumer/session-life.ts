import type { Broker } from '../broker.ts';
import type { SessionLife } from './acknowledgement.ts';

/** A session's life on a connection: it is over with that, even if nobody has looked since. */
export interface EndingLife extends SessionLife {
  end(): void;
}

export function lifeOn(connection: Pick<Broker, 'isOpen'> | undefined): EndingLife {
  let hasEnded = false;
  return {
    get isOver() {
      return hasEnded || connection?.isOpen !== true;
    },
    end() {
      hasEnded = true;
    },
  };
}
