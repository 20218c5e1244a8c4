import assert from 'node:assert/strict';
import { after, before, describe, test } from 'node:test';
import { ErrorCode } from '@sluice/protocol/generated/errors';
import { type GroupScene, openGroupScene } from './group-scene.ts';

export type ErrorName = keyof typeof ErrorCode;

/** What changes a request that would have been right, and the error that it then is (as recorded in conformance/). */
export type Row<Input extends object | string, Scene = GroupScene> = readonly [
  what: string,
  input: Input | ((scene: Scene) => Input),
  error: ErrorName,
];

/** What a table's rows are sent to. */
export interface WholeScene extends AsyncDisposable {
  /** All that can be seen of what the rows might change. */
  state(): Promise<unknown>;
}

/** The largest request that is read here. */
export const REQUEST_SIZE_BYTES_MAX = 20_000_000;

/** A scene of groups for all tests of a file. */
export const sharedScene = (): (() => GroupScene) => shared(openGroupScene);

/** The same of another scene, opened with these settings. */
export function shared<Scene extends WholeScene>(
  open: (settings: Readonly<Record<string, string>>) => Promise<Scene>,
): () => Scene {
  let scene: Scene | undefined;
  before(async () => {
    scene = await open({ 'socket.request.max.bytes': String(REQUEST_SIZE_BYTES_MAX) });
  });
  after(() => scene?.[Symbol.asyncDispose]());
  return () => {
    assert(scene !== undefined);
    return scene;
  };
}

/** Each row is answered with its error, and afterwards all is as before. */
export function table<Input extends object | string, Scene extends WholeScene = GroupScene>(
  api: string,
  sceneNow: () => Scene,
  ask: (scene: Scene, input: Input) => Promise<number>,
  rows: readonly Row<Input, Scene>[],
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
