import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { it } from 'node:test';
import { realClock } from './clock.ts';

it('never fires before its delay of monotonic time', async () => {
  // The timers do not keep the process alive: something else must.
  const alive = setInterval(() => {}, 1000);
  const early = await Promise.all(
    Array.from({ length: 100 }, (_, index) => {
      const startMs = realClock.monotonicMs();
      const delayMs = index / 7;
      return new Promise<number>((resolve) => {
        realClock.setTimer(delayMs, () => resolve(realClock.monotonicMs() - startMs - delayMs));
      });
    }),
  );
  clearInterval(alive);
  assert.ok(Math.min(...early) >= 0);
});

it('a cancelled timer does not fire, and one longer than Node can wait does not fire at once', async () => {
  const fired: string[] = [];
  realClock.setTimer(0, () => fired.push('cancelled')).cancel();
  const long = realClock.setTimer(2 ** 31 + 1000, () => fired.push('long'));
  await new Promise((resolve) => setTimeout(resolve, 20));
  long.cancel();
  assert.deepEqual(fired, []);
});

it('a timer does not keep the process alive', () => {
  const script = `
    import { realClock } from ${JSON.stringify(new URL('./clock.ts', import.meta.url).href)};
    realClock.setTimer(3_600_000, () => {});
  `;
  const run = spawnSync(process.execPath, ['--input-type=module', '-e', script], { timeout: 20_000 });
  assert.equal(run.status, 0, String(run.stderr));
});
