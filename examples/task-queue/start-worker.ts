import { setTimeout as pause } from 'node:timers/promises';
import { BOOTSTRAP, type Task } from './queue.ts';
import { runWorker } from './worker.ts';

const stopping = new AbortController();
for (const signal of ['SIGINT', 'SIGTERM'] as const) process.once(signal, () => stopping.abort());

console.log('working; Ctrl-C finishes the task at hand and leaves');
await runWorker({ bootstrap: BOOTSTRAP, perform, signal: stopping.signal, log: console.log });

/** What work is like: most succeeds, some only later, some never, and some takes the process with it. */
async function perform({ kind }: Task, attempt: number): Promise<void> {
  await pause(50);
  if (kind === 'flaky' && attempt === 1) throw new Error('the mail server does not answer');
  if (kind === 'failing') throw new Error('there is no such mailbox');
  if (kind === 'deadly') process.kill(process.pid, 'SIGKILL');
}
