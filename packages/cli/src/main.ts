#!/usr/bin/env node
import { enableCompileCache } from 'node:module';

// Before anything else is loaded: only what is loaded afterwards comes from V8's cache.
enableCompileCache();

const { runProgram } = await import('./run-program.ts');
process.exitCode = await runProgram(process.argv.slice(2));
