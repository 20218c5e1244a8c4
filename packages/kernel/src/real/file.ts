import fs from 'node:fs';
import { DiskError, type DiskFile } from '../disk.ts';
import { toDiskError } from './disk-error.ts';

/** Linux and macOS take at most this many buffers in one writev. */
const WRITEV_BUFFERS_MAX = 1024;

/**
 * A write of up to this much goes into the page cache here and now: that takes a few microseconds, and handing it to
 * another thread and back takes ten times as long. Larger ones, and every sync, leave the event loop alone.
 */
const IMMEDIATE_WRITE_SIZE_BYTES_MAX = 32 * 1024;

const FLAGS = {
  read: fs.constants.O_RDONLY,
  update: fs.constants.O_RDWR,
  write: fs.constants.O_RDWR | fs.constants.O_CREAT,
  create: fs.constants.O_RDWR | fs.constants.O_CREAT | fs.constants.O_EXCL,
};

/** Raw descriptors and callbacks: `fs.promises` costs more CPU per call, and appends are the hot path. */
export function openFile(path: string, mode: keyof typeof FLAGS): Promise<DiskFile> {
  return new Promise((resolve, reject) => {
    fs.open(path, FLAGS[mode], 0o644, (error, descriptor) => {
      if (error) reject(toDiskError(error, path));
      else resolve(new RealFile(path, descriptor));
    });
  });
}

const DONE = Promise.resolve();

type Done<T> = (error: NodeJS.ErrnoException | null, value: T) => void;

class RealFile implements DiskFile {
  readonly path: string;
  readonly #descriptor: number;
  /** Operations that use the descriptor now. */
  #inFlight = 0;
  #closed = false;
  #whenIdle: (() => void) | undefined;

  constructor(path: string, descriptor: number) {
    this.path = path;
    this.#descriptor = descriptor;
  }

  async read(target: Uint8Array, position: number): Promise<number> {
    let filled = 0;
    while (filled < target.length) {
      const count = await this.#readOnce(target, filled, position + filled);
      if (count === 0) break;
      filled += count;
    }
    return filled;
  }

  #readOnce(target: Uint8Array, start: number, position: number): Promise<number> {
    return this.#use((done) => fs.read(this.#descriptor, target, start, target.length - start, position, done));
  }

  writev(buffers: readonly Uint8Array[], position: number): Promise<void> {
    const sizeBytes = sizeOf(buffers);
    if (!this.#closed && sizeBytes <= IMMEDIATE_WRITE_SIZE_BYTES_MAX) {
      return this.#writeImmediately(buffers, sizeBytes, position);
    }
    return this.#use((done) => this.#writeFrom(buffers, 0, position, done));
  }

  #writeImmediately(buffers: readonly Uint8Array[], sizeBytes: number, position: number): Promise<void> {
    if (sizeBytes === 0) return DONE;
    let written: number;
    try {
      written = fs.writevSync(this.#descriptor, buffers, position);
    } catch (error) {
      return Promise.reject(toDiskError(error as NodeJS.ErrnoException, this.path));
    }
    if (written === sizeBytes) return DONE;
    return this.#use((done) => this.#writeFrom(buffers, 0, position, done));
  }

  /** Writes `buffers[index…]`; carries on where a short write stopped. */
  #writeFrom(buffers: readonly Uint8Array[], index: number, position: number, done: Done<void>): void {
    const only = buffers[index];
    if (only === undefined) {
      // Calls back later even when there is nothing to do, so that callers see one order of events.
      queueMicrotask(() => done(null));
      return;
    }
    const written = (error: NodeJS.ErrnoException | null, count: number) => {
      if (error) return done(error);
      let left = count;
      let next = index;
      for (let size = buffers[next]?.length; size !== undefined && left >= size; size = buffers[next]?.length) {
        left -= size;
        next++;
        if (next === buffers.length) return done(null);
      }
      if (left === 0) return this.#writeFrom(buffers, next, position + count, done);
      const rest = buffers.slice(next);
      rest[0] = rest[0]?.subarray(left) ?? new Uint8Array(0);
      this.#writeFrom(rest, 0, position + count, done);
    };
    const all = index === 0 && buffers.length <= WRITEV_BUFFERS_MAX;
    if (index === buffers.length - 1) fs.write(this.#descriptor, only, 0, only.length, position, written);
    else
      fs.writev(this.#descriptor, all ? buffers : buffers.slice(index, index + WRITEV_BUFFERS_MAX), position, written);
  }

  /** On macOS libuv asks for F_FULLFSYNC, which reaches the medium as fdatasync does on Linux. */
  sync(): Promise<void> {
    return this.#use((done) => fs.fdatasync(this.#descriptor, (error) => done(error)));
  }

  truncate(sizeBytes: number): Promise<void> {
    return this.#use((done) => fs.ftruncate(this.#descriptor, sizeBytes, (error) => done(error)));
  }

  size(): Promise<number> {
    return this.#use((done) => fs.fstat(this.#descriptor, (error, stats) => done(error, error ? 0 : stats.size)));
  }

  /**
   * Waits for what is under way: a descriptor that is closed too early may by then be another file's, and a late write
   * would land there.
   */
  async close(): Promise<void> {
    if (this.#closed) return;
    this.#closed = true;
    if (this.#inFlight > 0) {
      await new Promise<void>((resolve) => {
        this.#whenIdle = resolve;
      });
    }
    await new Promise<void>((resolve, reject) => {
      fs.close(this.#descriptor, (error) => (error ? reject(toDiskError(error, this.path)) : resolve()));
    });
  }

  /** Runs one operation on the open descriptor. */
  #use<T = void>(start: (done: Done<T>) => void): Promise<T> {
    return new Promise((resolve, reject) => {
      if (this.#closed) {
        reject(new DiskError('io', this.path, `${this.path} is closed`));
        return;
      }
      this.#inFlight++;
      start((error, value) => {
        this.#inFlight--;
        if (this.#inFlight === 0) this.#whenIdle?.();
        if (error) reject(toDiskError(error, this.path));
        else resolve(value);
      });
    });
  }
}

function sizeOf(buffers: readonly Uint8Array[]): number {
  if (buffers.length > WRITEV_BUFFERS_MAX) return Number.POSITIVE_INFINITY;
  let sizeBytes = 0;
  for (const buffer of buffers) sizeBytes += buffer.length;
  return sizeBytes;
}
