import { createLogger, type LoggerOptions } from '@sluice/kernel/real/logger';
import type { StartOptions } from '../commands/start.ts';
import { exitCodeOfSignal } from '../exit-code-of-signal.ts';
import { CliFailure } from '../failure.ts';
import type { Shell } from '../shell.ts';
import { doorSettings } from './aws/door-settings.ts';
import { type OpenDoor, openAwsDoor } from './start/open-aws-door.ts';
import { resolveStart } from './start/resolve-start.ts';
import { tuneProcess } from './start/tune-process.ts';

/** For the hints of errors. */
const OPTION_NAMES = { listen: '--listen', data: '--data' };

/** `sluice start` */
export async function start(shell: Shell, options: StartOptions): Promise<void> {
  tuneProcess();
  const resolved = await resolveStart(shell, options);
  const settings = await doorSettings(shell, options);
  const logger = createLogger(logOptions(resolved.settings));
  for (const { message, fields } of resolved.warnings) logger.warn(message, fields);
  const stopping = Promise.withResolvers<string>();
  let isStopping = false;
  const interrupt = shell.onInterrupt((signal) => {
    // Who asks twice does not want to wait; what was acknowledged is on disk anyway.
    if (isStopping) shell.exitNow(exitCodeOfSignal(signal));
    isStopping = true;
    stopping.resolve(signal);
  });
  try {
    const { startBroker, StartError } = await import('sluice/start-broker');
    const broker = await startBroker({ ...resolved, logger, optionNames: OPTION_NAMES }).catch((error: unknown) => {
      throw error instanceof StartError ? new CliFailure('failed', error.message, error.hint, { cause: error }) : error;
    });
    const door = await openAwsDoor(options, {
      listen: resolved.listen,
      bootstrap: broker.bootstrap,
      settings,
      logger,
    }).catch(async (error: unknown) => {
      await broker.close();
      throw error;
    });
    if (!isStopping) await shell.stdout.write(`${readyLine(broker, door)}\n`);
    const reason = await Promise.race([stopping.promise, broker.failed.then((reason) => ({ reason }))]);
    if (typeof reason === 'string') logger.info('stopping', { signal: reason });
    await door?.close();
    await broker.close();
    if (typeof reason !== 'string') {
      throw new CliFailure('failed', `the broker could not go on: ${reason.reason}`, 'its log says more');
    }
  } finally {
    interrupt.undo();
  }
}

function logOptions(settings: Readonly<Record<string, string>>): LoggerOptions {
  const { 'sluice.log.level': level, 'sluice.log.format': format } = settings;
  return {
    ...(level === 'debug' || level === 'info' || level === 'warn' || level === 'error' ? { level } : {}),
    ...(format === 'pretty' || format === 'json' ? { format } : {}),
  };
}

/** Scripts wait for this line: it begins with `ready` and has `bootstrap=host:port`, and `aws=URL` where there is a door. */
function readyLine(
  { bootstrap, nodeId, clusterId }: { bootstrap: string; nodeId: number; clusterId: string },
  door: OpenDoor | undefined,
): string {
  const line = `ready bootstrap=${bootstrap} node=${nodeId} cluster=${clusterId}`;
  return door === undefined ? line : `${line} aws=${door.endpoint}`;
}
