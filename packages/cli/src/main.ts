#!/usr/bin/env node
import { enableCompileCache } from 'node:module';

// A sync holds a thread of libuv's pool for as long as the disk takes. The pool is made at the first file operation.
process.env.UV_THREADPOOL_SIZE ??= '16';

// Before anything else is loaded: only what is loaded afterwards comes from V8's cache.
enableCompileCache();

const { runProgram } = await import('./run-program.ts');
process.exitCode = await runProgram(process.argv.slice(2));
