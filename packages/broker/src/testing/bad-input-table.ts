import assert from 'node:assert/strict';
import { after, before, describe, test } from 'node:test';
import { ErrorCode } from '@sluice/protocol/generated/errors';
import { type GroupScene, openGroupScene } from './group-scene.ts';

export type ErrorName = keyof typeof ErrorCode;

/** What changes a request that would have been right, and the error that it then is (as recorded in conformance/). */
export type Row<Input extends object | string> = readonly [
  what: string,
  input: Input | ((scene: GroupScene) => Input),
  error: ErrorName,
];

/** The largest request that is read here. */
export const REQUEST_SIZE_BYTES_MAX = 20_000_000;

/** A scene for all tests of a file. */
export function sharedScene(): () => GroupScene {
  let scene: GroupScene | undefined;
  before(async () => {
    scene = await openGroupScene({ 'socket.request.max.bytes': String(REQUEST_SIZE_BYTES_MAX) });
  });
  after(() => scene?.[Symbol.asyncDispose]());
  return () => {
    assert(scene !== undefined);
    return scene;
  };
}

/** Each row is answered with its error, and afterwards all is as before. */
export function table<Input extends object | string>(
  api: string,
  sceneNow: () => GroupScene,
  ask: (scene: GroupScene, input: Input) => Promise<number>,
  rows: readonly Row<Input>[],
): void {
  describe(api, () => {
    for (const [what, input, error] of rows) {
      test(`${what}: ${error}`, async () => {
        const scene = sceneNow();
        const earlier = await scene.state();
        const code = await ask(scene, typeof input === 'function' ? input(scene) : input);
        assert.equal(nameOf(code), error);
        assert.deepEqual(await scene.state(), earlier);
      });
    }
  });
}

function nameOf(code: number): string {
  return Object.entries(ErrorCode).find(([, known]) => known === code)?.[0] ?? String(code);
}
