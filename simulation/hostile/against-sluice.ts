import { spawn } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { startBrokerProcess } from '../crash/broker-process.ts';

/*
 * A bounded siege of a Sluice of its own: node simulation/hostile/against-sluice.ts [options of main.ts]. It fails if the
 * siege finds something, or the broker does not stop cleanly afterwards.
 */

const MAIN = fileURLToPath(new URL('./main.ts', import.meta.url));
/** Short, so that the siege sees trickling connections closed. */
const IDLE_MS = 2_000;

const dataDirectory = mkdtempSync(join(tmpdir(), 'sluice-hostile-'));
const broker = await startBrokerProcess({
  dataDirectory,
  port: 0,
  settings: { 'connections.max.idle.ms': String(IDLE_MS) },
});
try {
  const { host, port } = broker.address;
  const args = ['--bootstrap', `${host}:${port}`, '--pid', String(broker.pid), '--idle-ms', String(IDLE_MS)];
  const siege = spawn(process.execPath, [MAIN, ...args, ...process.argv.slice(2)], { stdio: 'inherit' });
  process.exitCode = await new Promise<number>((resolve) => siege.on('close', (code) => resolve(code ?? 1)));
} finally {
  const code = await broker.stop();
  if (code !== 0) {
    process.stderr.write(`the broker ended with ${code}:\n${broker.log}\n`);
    process.exitCode = 1;
  }
  rmSync(dataDirectory, { recursive: true, force: true });
}
