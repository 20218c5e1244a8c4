import { spawnSync } from 'node:child_process';
import { existsSync, mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { dirname, join, posix, relative } from 'node:path';

/** What a user may import. */
const FACES = ['sluice/src/index', 'sluice/src/client'];
/** A specifier in a declaration: `from '…'`, `import('…')` or a bare `import '…'`. */
const SPECIFIER = /(\bfrom\s+|\bimport\s*\(\s*|\bimport\s+)(['"])([^'"]+)\2/g;

/**
 * The declarations that the public surface reaches, and no others. They name each other by relative paths, so that they
 * need no other package: the workspaces' names mean nothing to who installs `sluice`.
 */
export function emitDeclarations(root: string, outdir: string): void {
  const emitted = mkdtempSync(join(root, 'node_modules/.declarations-'));
  try {
    compile(root, emitted);
    for (const [path, text] of reachable(emitted)) {
      const file = join(outdir, path);
      mkdirSync(dirname(file), { recursive: true });
      writeFileSync(file, text);
    }
  } finally {
    rmSync(emitted, { recursive: true, force: true });
  }
}

function compile(root: string, outDir: string): void {
  const config = join(outDir, 'tsconfig.json');
  const toRoot = relative(outDir, root);
  writeFileSync(
    config,
    JSON.stringify({
      extends: posix.join(toRoot, 'tsconfig.json'),
      compilerOptions: {
        noEmit: false,
        declaration: true,
        emitDeclarationOnly: true,
        // `npm run typecheck` does that.
        noCheck: true,
        stripInternal: true,
        rootDir: posix.join(toRoot, 'packages'),
        outDir: '.',
        // Found through node_modules a workspace would count as somebody else's, and would not be emitted.
        paths: workspacePaths(root, posix.join(toRoot, 'packages')),
      },
      files: FACES.map((face) => posix.join(toRoot, 'packages', `${face}.ts`)),
      include: [],
    }),
  );
  const { status, stdout, stderr } = spawnSync(join(root, 'node_modules/.bin/tsc'), ['-p', config], {
    encoding: 'utf8',
  });
  if (status !== 0) throw new Error(`tsc failed:\n${stdout}${stderr}`);
}

function workspacePaths(root: string, packages: string): Readonly<Record<string, readonly string[]>> {
  const names = readdirSync(join(root, 'packages'));
  return Object.fromEntries(names.map((name) => [`@sluice/${name}/*`, [posix.join(packages, name, 'src/*.ts')]]));
}

/** What the faces import, and what that imports: path and text with its specifiers made relative. */
function reachable(emitted: string): ReadonlyMap<string, string> {
  const texts = new Map<string, string>();
  const left = FACES.map((face) => `${face}.d.ts`);
  for (let path = left.pop(); path !== undefined; path = left.pop()) {
    if (texts.has(path)) continue;
    const here = path;
    const text = readFileSync(join(emitted, here), 'utf8');
    const rewritten = text.replace(SPECIFIER, (all, before: string, quote: string, specifier: string, at: number) => {
      if (isInComment(text, at)) return all;
      const target = targetOf(specifier, here);
      if (target === undefined) return all;
      if (!existsSync(join(emitted, target))) throw new Error(`${here} refers to ${specifier}, which was not emitted`);
      left.push(target);
      return `${before}${quote}${relativeSpecifier(here, target)}${quote}`;
    });
    texts.set(here, rewritten);
  }
  return texts;
}

/** An example in a docstring says what users import. */
function isInComment(text: string, at: number): boolean {
  return /^\s*(\/\*)?\*/.test(text.slice(text.lastIndexOf('\n', at) + 1, at));
}

/** The declaration file that a specifier means; undefined for Node's modules. */
function targetOf(specifier: string, from: string): string | undefined {
  if (specifier.startsWith('node:')) return undefined;
  if (specifier.startsWith('.')) {
    return posix.join(posix.dirname(from), specifier).replace(/\.(ts|js)$/, '.d.ts');
  }
  const own = /^(?:@sluice\/([^/]+)|(sluice))\/(.+)$/.exec(specifier);
  if (own !== null) return `${own[1] ?? own[2]}/src/${own[3]}.d.ts`;
  throw new Error(`${from} shows a type of ${specifier}: the public surface must need no other package`);
}

function relativeSpecifier(from: string, target: string): string {
  const path = posix.relative(posix.dirname(from), target).replace(/\.d\.ts$/, '.js');
  return path.startsWith('.') ? path : `./${path}`;
}
