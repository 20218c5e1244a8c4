import assert from 'node:assert/strict';
import type { Logger } from '@sluice/kernel/logger';
import { silentLogger } from '@sluice/kernel/logger';
import { type RunningBroker, StartError, startBroker } from '../start-broker.ts';

export interface DisposableOptions {
  /** None: nothing is kept. */
  readonly paths?: readonly string[];
  /** Any free one if it is left out. */
  readonly port?: number;
  readonly settings?: Readonly<Record<string, string>>;
  readonly logger?: Logger;
}

/** A broker on loopback that is closed when its scope ends, if it was not before. */
export async function startDisposable(options: DisposableOptions): Promise<RunningBroker & AsyncDisposable> {
  const { paths, port = 0, settings = {}, logger = silentLogger } = options;
  const broker = await startBroker({
    settings,
    listen: { host: '127.0.0.1', port },
    ...(paths === undefined ? {} : { dataDirectories: paths }),
    ephemeral: paths === undefined,
    logger,
  });
  let closing: Promise<void> | undefined;
  const close = () => {
    closing ??= broker.close();
    return closing;
  };
  return { ...broker, close, [Symbol.asyncDispose]: close };
}

/** One line that says what is wrong, and another what to do about it; nothing is left running. */
export async function assertRefused(options: DisposableOptions, message: RegExp, hint: RegExp): Promise<void> {
  await assert.rejects(startDisposable(options), (error) => {
    assert.ok(error instanceof StartError, String(error));
    assert.match(error.message, message);
    assert.match(error.hint, hint);
    assert.doesNotMatch(error.message, /\n/);
    return true;
  });
}
