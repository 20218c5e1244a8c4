import assert from 'node:assert/strict';
import { once } from 'node:events';
import net from 'node:net';
import { describe, it } from 'node:test';
import { JSON_TYPE, openFront, overHttp1, PUT, port, signed } from './testing/open-front.ts';

openFront();

describe('the front against slow and broken senders', () => {
  const head = (more: string) =>
    `POST / HTTP/1.1\r\nhost: localhost\r\ncontent-type: ${JSON_TYPE}\r\nx-amz-target: Test_1.Put\r\n${more}\r\n\r\n`;

  async function say(text: string | Buffer): Promise<net.Socket> {
    const socket = net.connect({ port: port(), host: '127.0.0.1', noDelay: true });
    socket.on('error', () => {});
    await once(socket, 'connect');
    socket.write(text);
    return socket;
  }

  async function firstLine(socket: net.Socket): Promise<string> {
    const [data] = (await once(socket, 'data')) as [Buffer];
    socket.destroy();
    return data.toString().split('\r\n', 1)[0] ?? '';
  }

  const honest = async () => assert.equal((await overHttp1(signed())).status, 200);

  it('takes a body in chunks of a byte', async () => {
    const { headers } = signed();
    const signing = Object.entries(headers)
      .filter(([name]) => name !== 'host')
      .map(([name, value]) => `${name}: ${value}\r\n`)
      .join('');
    const socket = await say(`POST / HTTP/1.1\r\nhost: localhost\r\n${signing}transfer-encoding: chunked\r\n\r\n`);
    for (const byte of PUT) socket.write(`1\r\n${byte}\r\n`);
    socket.write('0\r\n\r\n');
    assert.equal(await firstLine(socket), 'HTTP/1.1 200 OK');
  });

  it('refuses chunks of no length', async () => {
    for (const chunk of ['x\r\n', '-1\r\na\r\n', 'ffffffffffffffffff\r\n', '1\r\nab\r\n']) {
      const socket = await say(`${head('transfer-encoding: chunked')}${chunk}`);
      assert.equal(await firstLine(socket), 'HTTP/1.1 400 Bad Request', chunk);
    }
    await honest();
  });

  it('has done with a body that does not come, while others are served', async () => {
    const slow = await Promise.all(Array.from({ length: 100 }, () => say(`${head('content-length: 100')}{`)));
    const answers = Promise.all(slow.map(firstLine));
    await honest();
    for (const answer of await answers) assert.equal(answer, 'HTTP/1.1 408 Request Timeout');
    await honest();
  });

  it('forgets senders that go in the middle of a body', async () => {
    const gone = await Promise.all(Array.from({ length: 100 }, () => say(`${head('content-length: 100')}{`)));
    for (const socket of gone) socket.resetAndDestroy();
    await honest();
  });
});
