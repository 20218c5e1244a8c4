import { ShareConsumerError } from '@sluice/client/share-consumer/errors';
import { visibleText } from '../../output/visible-text.ts';
import type { Shell } from '../../shell.ts';

export interface TroubleTeller {
  /** Tells of what went wrong in passing, but not again and again. */
  tell(error: Error): void;
  /** All is well again. */
  reset(): void;
}

export function createTroubleTeller(shell: Shell): TroubleTeller {
  let told: string | undefined;
  return {
    tell(error) {
      // What does not pass ends the command, which says it then.
      if (error instanceof ShareConsumerError && !error.canRetry) return;
      const message = error.message.replace(/\.$/, '');
      if (told === message) return;
      told = message;
      void shell.stderr.write(`warning: ${visibleText(message)}; it goes on when it can\n`);
    },
    reset() {
      told = undefined;
    },
  };
}
