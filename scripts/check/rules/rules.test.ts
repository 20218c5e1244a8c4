import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { findingsOf } from '../testing.ts';
import { dependencies } from './dependencies.ts';
import { createDirectCallsRule } from './direct-calls.ts';
import { fileLength } from './file-length.ts';
import { createGeneratedCurrentRule } from './generated-current.ts';
import { handlerHeaders } from './handler-headers.ts';
import { layers } from './layers.ts';
import { noAny } from './no-any.ts';
import { noOnly } from './no-only.ts';
import { registryHosts } from './registry-hosts.ts';

describe('layers', () => {
  const check = (path: string, text: string) =>
    findingsOf(layers, { [path]: text, 'packages/log/src/x.ts': '', 'packages/log/package.json': '{}' });

  it('lets imports go down', () => {
    assert.deepEqual(check('packages/broker/src/a.ts', "import { x } from '@sluice/log/x';"), []);
    assert.deepEqual(check('packages/log/src/a.ts', "import { x } from './x.ts';\nimport fc from 'fast-check';"), []);
    assert.deepEqual(check('packages/cli/src/a.ts', "import { Sluice } from 'sluice';"), []);
  });

  it('catches an import upwards, in a type and in a test too', () => {
    const found = ['packages/kernel/src/a.ts:1 kernel must not import log: it may import nothing'];
    assert.deepEqual(check('packages/kernel/src/a.ts', "import type { X } from '@sluice/log/x';"), found);
    assert.equal(check('packages/log/src/a.test.ts', "\nimport { x } from '@sluice/broker/x';").length, 1);
    assert.equal(check('packages/metadata/src/a.ts', "import '@sluice/coordinator/x';").length, 1);
    assert.equal(check('packages/broker/src/a.ts', "export * from 'sluice';").length, 1);
  });

  it('catches a door that knows the broker, the log or a coordinator', () => {
    for (const below of ['broker', 'log', 'coordinator']) {
      assert.equal(check('packages/registry/src/a.ts', `const x = await import('@sluice/${below}/x');`).length, 1);
    }
    assert.deepEqual(check('packages/registry/src/a.ts', "import { x } from '@sluice/client/x';"), []);
  });

  it('catches a relative import out of its package, but lets a test reach a script', () => {
    assert.equal(check('packages/broker/src/a.ts', "import { x } from '../../log/src/x.ts';").length, 1);
    assert.equal(check('scripts/a.ts', "import { x } from '../packages/log/src/x.ts';").length, 1);
    assert.equal(check('packages/log/src/a.ts', "import { x } from '../../../scripts/x.ts';").length, 1);
    assert.deepEqual(check('packages/log/src/a.test.ts', "import { x } from '../../../scripts/x.ts';"), []);
  });

  it('catches a package without a layer and one that does not exist', () => {
    assert.equal(check('packages/new/src/a.ts', '').length, 1);
    assert.match(check('packages/cli/src/a.ts', "import '@sluice/nothing/x';")[0] ?? '', /no package nothing/);
  });
});

describe('dependencies', () => {
  const check = (manifest: object, path: string, text: string) =>
    findingsOf(dependencies, {
      'package.json': '{"devDependencies":{"fast-check":"1"}}',
      'packages/log/package.json': JSON.stringify(manifest),
      [path]: text,
    });
  const source = 'packages/log/src/a.ts';

  it('catches an import that package.json does not declare', () => {
    const text = "import '@sluice/kernel/x';\nimport 'snappy';\nimport 'node:fs';\nimport '@sluice/log/self';";
    const found = check({}, source, text);
    assert.deepEqual(found, [
      `packages/log/package.json:0 dependencies lack "@sluice/kernel": "*", which ${source} imports`,
      `packages/log/package.json:0 dependencies lack "snappy", which ${source} imports`,
    ]);
    assert.deepEqual(check({ dependencies: { '@sluice/kernel': '*', snappy: '^7' } }, source, text), []);
  });

  it('lets only tests use development dependencies', () => {
    const text = "import fc from 'fast-check';";
    assert.equal(check({}, source, text).length, 1);
    assert.deepEqual(check({}, 'packages/log/src/a.test.ts', text), []);
  });

  it('catches a workspace with a version of its own', () => {
    assert.equal(check({ dependencies: { '@sluice/kernel': '^0.1.0' } }, source, '').length, 1);
  });
});

describe('direct calls', () => {
  const path = 'packages/log/src/a.ts';
  const check = (text: string, at = path) => findingsOf(createDirectCallsRule({}), { [at]: text });

  for (const bad of [
    'const t = Date.now();',
    'const t = new Date();',
    'const t = new Date;',
    'const t = Date . now();',
    'setTimeout(f, 1);',
    'globalThis.setInterval(f, 1);',
    'setImmediate(f);',
    'performance.now();',
    'process.hrtime.bigint();',
    'Math.random();',
    "import { randomBytes } from 'node:crypto';",
    'crypto.randomUUID();',
    "import fs from 'node:fs';",
    "import { open } from 'fs/promises';",
    "import net from 'node:net';",
    "import { setTimeout as sleep } from 'node:timers/promises';",
    "const { DatabaseSync } = await import('node:sqlite');",
    "await fetch('http://x');",
  ]) {
    it(`catches ${bad}`, () => assert.notEqual(check(bad).length, 0));
  }

  it('lets the ports, formatting and words pass', () => {
    const fine = `
      clock.now(); clock.setTimer(1, f); this.setTimeout(1); new Date(clock.now()).toISOString(); Date.UTC(2025, 0);
      // Date.now() and fs
      const text = 'Math.random()'; import { createHash } from 'node:crypto'; const performanceMax = 1; fetch(offset);
      import type { Socket } from 'node:net';
    `;
    assert.deepEqual(check(fine), []);
  });

  it('looks neither at the real world, nor at tests, nor outside the packages', () => {
    for (const at of ['packages/kernel/src/real/a.ts', 'packages/log/src/a.test.ts', 'scripts/a.ts']) {
      assert.deepEqual(check("import fs from 'node:fs';", at), []);
    }
  });

  it('lets an outermost shell pass, and catches one that is none any more', () => {
    const shells = createDirectCallsRule({ [path]: 'a reason' });
    assert.deepEqual(findingsOf(shells, { [path]: "import fs from 'node:fs';" }), []);
    assert.match(findingsOf(shells, { [path]: '' })[0] ?? '', /touches nothing/);
    assert.match(findingsOf(shells, {})[0] ?? '', /does not exist/);
  });
});

describe('file length', () => {
  const check = (lineCount: number, path = 'packages/log/src/a.ts') =>
    findingsOf(fileLength, { [path]: 'x;\n'.repeat(lineCount) });

  it('lists beyond 300 lines and fails beyond 800', () => {
    assert.deepEqual(check(300), []);
    assert.match(check(301)[0] ?? '', /^warning .*301 lines/);
    assert.match(check(800)[0] ?? '', /^warning/);
    assert.match(check(801)[0] ?? '', /^packages/);
  });

  it('does not measure generated files', () => {
    assert.deepEqual(check(5000, 'packages/protocol/src/generated/a.ts'), []);
  });
});

describe('handler headers', () => {
  const apis = JSON.stringify([
    { key: 2, name: 'ListOffsets', oldest: 1, latest: 12, latestStable: 11 },
    { key: 17, name: 'SaslHandshake', oldest: 1, latest: 1, latestStable: 1 },
  ]);
  const good = '/*\n * ListOffsets (2), versions 1–11.\n *\n * - Does it.\n * - v2: more (KIP-98).\n */\n';
  const check = (text: string, name = '02-list-offsets.ts') =>
    findingsOf(handlerHeaders, { 'packages/protocol/spec/apis.json': apis, [`packages/broker/src/api/${name}`]: text });

  it('accepts a header that says it all', () => {
    assert.deepEqual(check(good), []);
    assert.deepEqual(
      check('/*\n * SaslHandshake (17), version 1.\n *\n * - Does it.\n */\n', '17-sasl-handshake.ts'),
      [],
    );
  });

  for (const [what, text] of [
    ['no header', 'export const x = 1;\n'],
    ['a header that is not the first thing', `import x from 'x';\n${good}`],
    ['another range than advertised', good.replace('1–11', '1–12')],
    ['another oldest version', good.replace('1–11', '0–11')],
    ['another API name', good.replace('ListOffsets', 'ListOffset')],
    ['another API key', good.replace('(2)', '(3)')],
    ['no behaviour', good.replace(/ \* - .*\n/g, '')],
    ['no notes on versions', good.replace('v2', 'later')],
    ['a version that is not served', good.replace('v2', 'v12')],
  ] as const) {
    it(`catches ${what}`, () => assert.notEqual(check(text).length, 0));
  }

  it('catches a file that is not named after its API', () => {
    for (const name of [
      '2-list-offsets.ts',
      '02-list-offset.ts',
      '03-list-offsets.ts',
      'helper.ts',
      '02-listOffsets.ts',
    ]) {
      assert.equal(check(good, name).length, 1, name);
    }
  });
});

describe('generated files', () => {
  const files = { 'scripts/generate/main.ts': '' };

  it('catches what the generator says, and a generator that is gone', () => {
    const stale = createGeneratedCurrentRule(() => ({ exitCode: 1, output: 'stale: a.ts' }));
    assert.match(findingsOf(stale, files)[0] ?? '', /stale: a\.ts/);
    const current = createGeneratedCurrentRule(() => ({ exitCode: 0, output: '' }));
    assert.deepEqual(findingsOf(current, files), []);
    assert.equal(findingsOf(current, {}).length, 1);
  });
});

describe('no any', () => {
  const check = (text: string) => findingsOf(noAny, { 'packages/log/src/a.ts': text });

  for (const bad of [
    'let x: any;',
    'f(x as any);',
    'const m = new Map<string, any>();',
    'type A = B | any;',
    'type F = () => any;',
    'type G<T> = any;',
    'let x: any[];',
    'function f(x: any) {}',
    '// @ts-ignore',
    '// @ts-nocheck',
    '// @ts-expect-error\nx;',
    '// biome-ignore lint/x/y:\nx;',
  ]) {
    it(`catches ${JSON.stringify(bad)}`, () => assert.equal(check(bad).length, 1));
  }

  it('lets words and explained suppressions pass', () => {
    const fine =
      "const any = 1; const o = { any: 2, y: o.any }; // any\nf('as any'); Promise.any([]); many; [any, any]; f(any, x); x ? any : y;";
    assert.deepEqual(
      check(`${fine}\n// @ts-expect-error a wrong type is the point\n// biome-ignore lint/x/y: why\n`),
      [],
    );
  });
});

describe('no only', () => {
  const check = (text: string, path = 'packages/log/src/a.test.ts') => findingsOf(noOnly, { [path]: text });

  it('catches a test that switches the others off', () => {
    for (const bad of ["it.only('x', f);", 'describe.only(f);', "test('x', { only: true }, f);"]) {
      assert.equal(check(bad).length, 1, bad);
    }
    assert.deepEqual(check("it('says it.only(', f); selection.only(x);"), []);
  });
});

describe('registry hosts', () => {
  const bad: Readonly<Record<string, string>> = {
    'package-lock.json': '{ "resolved": "https://registry.example/x.tgz" }',
    'interop/js/package-lock.json': '{ "resolved": "http://registry.example/x.tgz" }',
    '.npmrc': 'registry=https://registry.example/',
    'interop/python/requirements.txt': '--index-url https://pypi.example/simple\n',
    'interop/python/uv.lock': 'source = { registry = "https://pypi.example/simple" }',
  };
  for (const [path, text] of Object.entries(bad)) {
    it(`catches one in ${path}`, () => assert.equal(findingsOf(registryHosts, { [path]: text }).length, 1));
  }

  it('lets addresses of homes and workspaces pass', () => {
    const fine = '{ "resolved": "packages/log", "funding": { "url": "https://example.org" } }';
    assert.deepEqual(findingsOf(registryHosts, { 'package-lock.json': fine, '.npmrc': 'fund=false' }), []);
  });
});
