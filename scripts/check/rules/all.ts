import type { Rule } from '../rule.ts';
import { dependencies } from './dependencies.ts';
import { createDirectCallsRule } from './direct-calls.ts';
import { fileLength } from './file-length.ts';
import { createGeneratedCurrentRule } from './generated-current.ts';
import { handlerHeaders } from './handler-headers.ts';
import { layers } from './layers.ts';
import { noAny } from './no-any.ts';
import { noOnly } from './no-only.ts';
import { registryHosts } from './registry-hosts.ts';

/** The house rules, in the order in which they are run. */
export const ALL_RULES: readonly Rule[] = [
  layers,
  dependencies,
  createDirectCallsRule(),
  fileLength,
  handlerHeaders,
  createGeneratedCurrentRule(),
  noAny,
  noOnly,
  registryHosts,
];
