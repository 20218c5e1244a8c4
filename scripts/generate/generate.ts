import { emitApis, emitCodecs, type RawApi } from './emit-apis.ts';
import { emitConfigs, emitTopicSynonyms, emitUpdateModes, type RawConfig } from './emit-configs.ts';
import { emitErrors, type RawError } from './emit-errors.ts';
import { emitMessage } from './emit-message.ts';
import { loadJson, loadMessages } from './load-spec.ts';
import { kebab } from './naming.ts';

/** All generated files, by their path under `packages/protocol/src/generated`. */
export function generate(): Map<string, string> {
  const files = new Map<string, string>();
  const messages = loadMessages();
  for (const message of messages) files.set(`${message.folder}/${kebab(message.name)}.ts`, emitMessage(message));
  const apis = loadJson<RawApi[]>('apis.json');
  files.set('apis.ts', emitApis(apis, messages));
  files.set('codecs.ts', emitCodecs(apis, messages));
  files.set('errors.ts', emitErrors(loadJson<RawError[]>('errors.json')));
  for (const [file, constant, comment] of [
    ['broker', 'BROKER_CONFIGS', 'The configurations of a broker.'],
    ['topic', 'TOPIC_CONFIGS', 'The configurations of a topic.'],
    ['group', 'GROUP_CONFIGS', 'The configurations of a group.'],
  ] as const) {
    files.set(`configs/${file}.ts`, emitConfigs(constant, comment, loadJson<RawConfig[]>(`configs/${file}.json`)));
  }
  files.set('configs/topic-synonyms.ts', emitTopicSynonyms(loadJson('configs/topic-synonyms.json')));
  files.set('configs/dynamic-update-modes.ts', emitUpdateModes(loadJson('configs/dynamic-update-modes.json')));
  return files;
}
