// usage: GROUP PROTOCOL COUNT
import { Consumer } from '@platformatic/kafka';
import kafkajs from 'kafkajs';

const [group = 'g', protocol = 'classic', clientId = 'app', limit = '100'] = process.argv.slice(2);
const bootstrap = process.env.SLUICE_BOOTSTRAP ?? '';
if (protocol === 'kafkajs') {
  const k = new kafkajs.Kafka({ clientId, brokers: [bootstrap], logLevel: 0 });
  const c = k.consumer({ groupId: group });
  await c.connect();
  await c.subscribe({ topics: ['orders', 'clicks'], fromBeginning: true });
  let n = 0;
  await c.run({
    eachMessage: async () => {
      n++;
      if (n > Number(limit)) await new Promise((r) => setTimeout(r, 1000));
    },
  });
} else {
  const c = new Consumer({
    clientId,
    groupId: group,
    bootstrapBrokers: [bootstrap],
    groupProtocol: protocol as 'classic',
    maxWaitTime: 500,
    ...(process.argv[6] ? { groupInstanceId: process.argv[6] } : {}),
  });
  const s = await c.consume({
    topics: ['orders', 'clicks'],
    mode: 'committed',
    fallbackMode: 'earliest',
    autocommit: false,
  });
  let n = 0;
  for await (const m of s) {
    if (++n <= Number(limit)) await m.commit();
    if (n === Number(limit)) console.log('read', n);
  }
}
