import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { parseMessage, type RawMessage } from './parse-message.ts';
import type { MessageSpec } from './spec.ts';

const SPEC_DIRECTORY = join(import.meta.dirname, '../../packages/protocol/spec');

/** All messages and record schemas of which a version is left, in the order of their file names. */
export function loadMessages(): MessageSpec[] {
  const recordGroups = readdirSync(join(SPEC_DIRECTORY, 'records')).sort();
  return [...loadFolder('messages'), ...recordGroups.flatMap((group) => loadFolder(`records/${group}`))];
}

export function loadJson<T>(path: string): T {
  return JSON.parse(readFileSync(join(SPEC_DIRECTORY, path), 'utf8'));
}

function loadFolder(folder: string): MessageSpec[] {
  const messages: MessageSpec[] = [];
  for (const file of readdirSync(join(SPEC_DIRECTORY, folder)).sort()) {
    const message = parseMessage(loadJson<RawMessage>(`${folder}/${file}`), folder);
    if (message !== undefined) messages.push(message);
  }
  return messages;
}
