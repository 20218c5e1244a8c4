import type { Clock } from '../clock.ts';
import type { LogFields, Logger, LogLevel } from '../logger.ts';
import { realClock } from './clock.ts';

const RANK: Readonly<Record<LogLevel, number>> = { debug: 0, info: 1, warn: 2, error: 3 };
const COLOUR: Readonly<Record<LogLevel, string>> = {
  debug: '\x1b[2m',
  info: '\x1b[32m',
  warn: '\x1b[33m',
  error: '\x1b[31m',
};
const DIM = '\x1b[2m';
const RESET = '\x1b[0m';

export interface LoggerOptions {
  /** Quieter lines are dropped. Default `info`. */
  readonly level?: LogLevel;
  /** Default: `pretty` if standard error is a terminal, else `json`. */
  readonly format?: 'pretty' | 'json';
  /** Takes whole lines. Default: standard error. */
  readonly write?: (line: string) => void;
  readonly clock?: Pick<Clock, 'now'>;
}

/** Pretty lines for people at a terminal, JSON lines for everything else; never on standard output. */
export function createLogger(options: LoggerOptions = {}): Logger {
  const format = (options.format ?? (process.stderr.isTTY ? 'pretty' : 'json')) === 'pretty' ? prettyLine : jsonLine;
  const write = options.write ?? ((line: string) => void process.stderr.write(line));
  const clock = options.clock ?? realClock;
  const rankMin = RANK[options.level ?? 'info'];

  const bind = (bound: LogFields): Logger => {
    const log = (level: LogLevel) => (message: string, fields?: LogFields) => {
      if (RANK[level] < rankMin) return;
      write(`${format(new Date(clock.now()).toISOString(), level, message, { ...bound, ...fields })}\n`);
    };
    return {
      debug: log('debug'),
      info: log('info'),
      warn: log('warn'),
      error: log('error'),
      with: (fields) => bind({ ...bound, ...fields }),
    };
  };
  return bind({});
}

function jsonLine(time: string, level: LogLevel, message: string, fields: LogFields): string {
  // Last wins in JSON: a field never hides what every line has.
  return JSON.stringify({ ...fields, time, level, message });
}

function prettyLine(time: string, level: LogLevel, message: string, fields: LogFields): string {
  let line = `${DIM}${time.slice(11, 23)}${RESET} ${COLOUR[level]}${level.padEnd(5)}${RESET} ${oneLine(message)}`;
  for (const [name, value] of Object.entries(fields)) {
    if (value !== undefined) line += ` ${DIM}${name}=${RESET}${quoteIfNeeded(value)}`;
  }
  return line;
}

function quoteIfNeeded(value: string | number | boolean): string {
  const text = String(value);
  return /^[\w.:/@+-]+$/.test(text) ? text : JSON.stringify(text);
}

/** Text from outside must not start lines of its own or steer the terminal. */
function oneLine(text: string): string {
  const quoted = JSON.stringify(text);
  return quoted.length === text.length + 2 ? text : quoted;
}
