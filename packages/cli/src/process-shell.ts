import { createReadStream } from 'node:fs';
import type { ReadStream, WriteStream } from 'node:tty';
import { realClock } from '@sluice/kernel/real/clock';
import { realNetwork } from '@sluice/kernel/real/network';
import { realRandom } from '@sluice/kernel/real/random';
import { CliFailure } from './failure.ts';
import type { OutputStream, Shell } from './shell.ts';

/** Large enough that a file is read in few calls, small enough to show progress. */
const READ_SIZE_BYTES = 256 * 1024;

/** The shell of a real process: its streams, its signals, the machine's clock and network. */
export function processShell(): Shell {
  return {
    stdout: outputStream(process.stdout),
    stderr: outputStream(process.stderr),
    stdin: {
      isTerminal: process.stdin.isTTY === true,
      chunks: () => inputChunks(process.stdin),
    },
    environment: process.env,
    clock: realClock,
    network: realNetwork,
    random: realRandom,
    readFile,
    release: () => void process.stdin.destroy(),
    exitNow: (code) => process.exit(code),
    onInterrupt(action) {
      process.on('SIGINT', action).on('SIGTERM', action);
      return { undo: () => void process.off('SIGINT', action).off('SIGTERM', action) };
    },
  };
}

function outputStream(stream: WriteStream): OutputStream {
  let closed = false;
  let wake: (() => void) | undefined;
  stream.on('error', () => {
    // EPIPE: the reader (`head`, say) has enough. Nobody is left to be told.
    closed = true;
    wake?.();
  });
  stream.on('drain', () => wake?.());
  return {
    isTerminal: stream.isTTY === true,
    hasColors: wantsColors(stream),
    get columns() {
      return stream.isTTY === true ? stream.columns : undefined;
    },
    get rows() {
      return stream.isTTY === true ? stream.rows : undefined;
    },
    get closed() {
      return closed;
    },
    async write(chunk) {
      if (closed || stream.write(chunk)) return;
      await new Promise<void>((resolve) => {
        wake = resolve;
      });
    },
  };
}

/** https://no-color.org and FORCE_COLOR, as other programs of Node's world understand them. */
function wantsColors(stream: WriteStream): boolean {
  if (process.env.FORCE_COLOR !== undefined) return process.env.FORCE_COLOR !== '0';
  return stream.isTTY === true && stream.hasColors();
}

async function* inputChunks(stream: ReadStream): AsyncGenerator<Buffer> {
  for await (const chunk of stream) yield typeof chunk === 'string' ? Buffer.from(chunk) : chunk;
}

async function* readFile(path: string): AsyncGenerator<Buffer> {
  try {
    for await (const chunk of createReadStream(path, { highWaterMark: READ_SIZE_BYTES })) yield chunk;
  } catch (error) {
    const { code, message } = error as NodeJS.ErrnoException;
    if (code === 'ENOENT')
      throw new CliFailure('not-found', `there is no file ${path}`, 'check its name and folder', { cause: error });
    if (code === 'EISDIR') throw new CliFailure('failed', `${path} is a directory`, 'name a file', { cause: error });
    throw new CliFailure('failed', `${path} cannot be read: ${message}`, 'check its permissions', { cause: error });
  }
}
