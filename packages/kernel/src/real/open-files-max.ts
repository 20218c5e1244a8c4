import fs from 'node:fs';

/** The process's limit of open files; Node has raised the soft one to the hard one at its start. */
export function openFilesMax(): number | undefined {
  if (process.platform !== 'linux') return undefined;
  try {
    const line = /^Max open files\s+(\d+)/m.exec(fs.readFileSync('/proc/self/limits', 'latin1'));
    return line === null ? undefined : Number(line[1]);
  } catch {
    return undefined;
  }
}
