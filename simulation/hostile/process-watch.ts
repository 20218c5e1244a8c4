import { readdirSync, readFileSync, readlinkSync } from 'node:fs';

const SAMPLE_EVERY_MS = 100;

export interface ProcessSample {
  readonly residentBytes: number;
  /** Open sockets: files come and go with topics. */
  readonly socketCount: number;
}

/** Looks at another process of this machine through /proc. */
export interface ProcessWatch {
  /** Undefined once the process is gone. */
  now(): ProcessSample | undefined;
  /** Returns the way to ask for the largest resident size since this call. */
  meterPeak(): () => number;
  stop(): void;
}

export function watchProcess(pid: number): ProcessWatch {
  const meters = new Set<{ peakBytes: number }>();
  const look = () => {
    const sample = sampleOf(pid);
    for (const meter of meters) meter.peakBytes = Math.max(meter.peakBytes, sample?.residentBytes ?? 0);
    return sample;
  };
  const timer = setInterval(look, SAMPLE_EVERY_MS);
  return {
    now: look,
    meterPeak() {
      const meter = { peakBytes: 0 };
      meters.add(meter);
      return () => {
        look();
        meters.delete(meter);
        return meter.peakBytes;
      };
    },
    stop: () => clearInterval(timer),
  };
}

function sampleOf(pid: number): ProcessSample | undefined {
  try {
    const status = readFileSync(`/proc/${pid}/status`, 'utf8');
    const kilobytes = /^VmRSS:\s+(\d+) kB/m.exec(status)?.[1];
    if (kilobytes === undefined) return undefined;
    return { residentBytes: Number(kilobytes) * 1024, socketCount: socketCountOf(pid) };
  } catch {
    return undefined;
  }
}

function socketCountOf(pid: number): number {
  const directory = `/proc/${pid}/fd`;
  return readdirSync(directory).filter((name) => isSocket(`${directory}/${name}`)).length;
}

function isSocket(path: string): boolean {
  try {
    return readlinkSync(path).startsWith('socket:');
  } catch {
    // Closed since it was listed.
    return false;
  }
}
