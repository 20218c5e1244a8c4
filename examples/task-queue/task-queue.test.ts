import assert from 'node:assert/strict';
import { execFile, spawn } from 'node:child_process';
import { once } from 'node:events';
import { join } from 'node:path';
import { describe, it } from 'node:test';
import { promisify } from 'node:util';
import { Producer, stringSerializers } from '@platformatic/kafka';
import { Sluice } from 'sluice';
import { ATTEMPTS_MAX, DEAD_LETTERS, GROUP, TASKS } from './queue.ts';
import { setUp } from './setup.ts';
import { runWorker } from './worker.ts';

interface DeadLetter {
  readonly key: string;
  readonly reason: string;
  readonly attempts: number;
}

/** Sluice's command line, as in a terminal. */
async function runSluice(sluice: Sluice, ...args: readonly string[]): Promise<string> {
  const program = join(import.meta.dirname, 'node_modules/.bin/sluice');
  return (await promisify(execFile)(program, [...args, '--json', '--bootstrap', sluice.bootstrap])).stdout;
}

async function deadLetters(sluice: Sluice): Promise<readonly DeadLetter[]> {
  const lines = (await runSluice(sluice, 'consume', DEAD_LETTERS, '--until-end'))
    .split('\n')
    .filter((line) => line !== '');
  return lines
    .map((line): DeadLetter => {
      const { key, headers } = JSON.parse(line);
      const of = (name: string) => headers.find((header: { name: string }) => header.name === name)?.value;
      return { key, reason: of('reason'), attempts: Number(of('attempts')) };
    })
    .sort((a, b) => (a.key < b.key ? -1 : 1));
}

async function startQueue(): Promise<Sluice> {
  const sluice = await Sluice.start();
  await setUp(sluice.bootstrap);
  return sluice;
}

async function add(sluice: Sluice, tasks: readonly (readonly [key: string, value: string])[]): Promise<void> {
  const bootstrapBrokers = [sluice.bootstrap];
  const producer = new Producer({ clientId: 'test', bootstrapBrokers, serializers: stringSerializers });
  await producer.send({ messages: tasks.map(([key, value]) => ({ topic: TASKS, key, value })) });
  await producer.close();
}

const task = (id: string, kind: string) => [id, JSON.stringify({ id, kind })] as const;

describe('a task queue', () => {
  it('does every task, retries what fails, and puts aside with a reason what cannot be done', async () => {
    await using sluice = await startQueue();
    const good = Array.from({ length: 30 }, (_, index) => `mail-${index}`);
    const flaky = ['flaky-0', 'flaky-1'];
    await add(sluice, [
      ...good.map((id) => task(id, 'mail')),
      ...flaky.map((id) => task(id, 'flaky')),
      task('failing', 'failing'),
      ['nonsense', '{'],
    ]);

    const done = new Map<string, number>();
    let buried = 0;
    const finished = new AbortController();
    const workers = Array.from({ length: 4 }, () =>
      runWorker({
        bootstrap: sluice.bootstrap,
        signal: finished.signal,
        async perform({ id, kind }, attempt) {
          if (kind === 'flaky' && attempt === 1) throw new Error('not now');
          if (kind === 'failing') throw new Error('never');
          assert(!done.has(id), `${id} is done only once`);
          done.set(id, attempt);
        },
        log(line) {
          if (line.startsWith('buried')) buried++;
          if (done.size === good.length + flaky.length && buried === 2) finished.abort();
        },
      }),
    );
    await Promise.all(workers);

    assert.deepEqual([...done.keys()].sort(), [...good, ...flaky].sort());
    for (const id of good) assert.equal(done.get(id), 1);
    for (const id of flaky) assert.equal(done.get(id), 2);
    assert.deepEqual(await deadLetters(sluice), [
      { key: 'failing', reason: 'never', attempts: ATTEMPTS_MAX },
      { key: 'nonsense', reason: 'it is no task: no JSON', attempts: 1 },
    ]);
    const [group] = JSON.parse(await runSluice(sluice, 'share-group', 'describe', GROUP));
    assert.deepEqual([group.state, group.lag], ['Empty', 0]);
  });

  it('survives a task that kills its workers', async () => {
    await using sluice = await startQueue();
    await add(sluice, [task('deadly', 'deadly'), task('mail', 'mail')]);
    let output = '';
    for (let started = 0; !(output.includes('buried') && output.includes('done')); started++) {
      assert(started <= ATTEMPTS_MAX, `it kills ${ATTEMPTS_MAX} workers, and no more: ${output}`);
      const worker = spawn(process.execPath, ['start-worker.ts'], {
        cwd: import.meta.dirname,
        env: { ...process.env, BOOTSTRAP: sluice.bootstrap },
        stdio: ['ignore', 'pipe', 'inherit'],
      });
      worker.stdout.on('data', (text) => {
        output += text;
        if (output.includes('buried') && output.includes('done')) worker.kill('SIGTERM');
      });
      await once(worker, 'close');
    }
    assert.deepEqual(await deadLetters(sluice), [
      { key: 'deadly', reason: 'each worker that took it died of it', attempts: ATTEMPTS_MAX },
    ]);
  });
});
