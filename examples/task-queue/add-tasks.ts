import { Producer, stringSerializers } from '@platformatic/kafka';
import { BOOTSTRAP, TASKS } from './queue.ts';

const KINDS = ['mail', 'mail', 'mail', 'flaky', 'mail', 'failing'];
const count = Number(process.argv[2] ?? 20);

const producer = new Producer({ clientId: 'shop', bootstrapBrokers: [BOOTSTRAP], serializers: stringSerializers });
const messages = Array.from({ length: count }, (_, index) => {
  const id = `${Date.now()}-${index}`;
  return { topic: TASKS, key: id, value: JSON.stringify({ id, kind: KINDS[index % KINDS.length] }) };
});
await producer.send({ messages: [...messages, { topic: TASKS, key: 'x', value: 'no task at all' }] });
await producer.close();
console.log(`added ${count} tasks, and something that is none`);
