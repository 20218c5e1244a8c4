// npm run interop:kcl [-- polling] [-- fan-out]: workers of the Kinesis Client Library 3, which keep their leases in DynamoDB
// Local, read a stream of a real door through a split, a merge and the crash of a worker. ../CONTRACT.md says more.
import { parseArgs } from 'node:util';
import { installPython } from '../../runner/folders.ts';
import { installJava } from '../../runner/install-java.ts';
import { root } from '../../runner/paths.ts';
import { startDoor } from '../start-door.ts';
import { runApplication } from './run-application.ts';
import { missingForKcl, type Retrieval } from './stage.ts';

const RETRIEVALS: readonly Retrieval[] = ['polling', 'fan-out'];

const { positionals } = parseArgs({ allowPositionals: true });
process.chdir(root);
process.exitCode = (await main()) ? 0 : 1;

async function main(): Promise<boolean> {
  const unknown = positionals.filter((name) => !RETRIEVALS.some((retrieval) => retrieval === name));
  if (unknown.length > 0) {
    console.error(`no such retrieval: ${unknown.join(', ')}; there are ${RETRIEVALS.join(', ')}`);
    return false;
  }
  const missing = await missingForKcl();
  if (missing !== undefined) {
    console.log(`skipped: kcl: ${missing}`);
    return true;
  }
  await installPython('aws/python');
  await installJava('aws/kcl', 'Worker.class');
  let holds = true;
  for (const retrieval of RETRIEVALS) {
    if (positionals.length === 0 || positionals.includes(retrieval)) holds = (await run(retrieval)) && holds;
  }
  return holds;
}

async function run(retrieval: Retrieval): Promise<boolean> {
  const begunAt = Date.now();
  const door = await startDoor();
  try {
    const told = await runApplication(door, retrieval);
    console.log(`✔ kcl ${retrieval}: ${told}, in ${Math.round((Date.now() - begunAt) / 1_000)} s`);
    return true;
  } catch (error) {
    console.log(`✖ kcl ${retrieval}\n${error instanceof Error ? error.message : error}`);
    return false;
  } finally {
    await door.end();
  }
}
