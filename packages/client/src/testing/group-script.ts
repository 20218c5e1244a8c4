import { metadataOf } from './cluster-fixture.ts';
import type { Script, ScriptedRequest } from './scripted-broker.ts';

/** Two brokers that know each other; `answers` says what both are asked besides, by the API's name. */
export function scriptOf(answers: Readonly<Record<string, (request: ScriptedRequest) => object | 'close'>>): Script {
  return (request) => {
    const answer = answers[request.api];
    if (answer !== undefined) return answer(request);
    return request.api === 'Metadata' ? metadataOf('orders', [1, 2], 2) : undefined;
  };
}

/** Every group's coordinator is the broker with this id. */
export function coordinators(nodeOf: (groupId: string) => number) {
  return ({ body }: ScriptedRequest) => ({
    coordinators: (body as { coordinatorKeys: string[] }).coordinatorKeys.map((key) => ({
      key,
      nodeId: nodeOf(key),
      host: `broker-${nodeOf(key)}`,
      port: 9092,
      errorCode: 0,
      errorMessage: '',
    })),
  });
}
