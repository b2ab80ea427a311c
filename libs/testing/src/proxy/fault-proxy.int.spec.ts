import { once } from 'node:events';
import { type AddressInfo, connect, createServer, type Server, type Socket } from 'node:net';
import { Kafka, logLevel, Partitioners } from 'kafkajs';
import { testKafka } from '../engines/test-kafka';
import { FaultProxy } from './fault-proxy';
import { namingTheProxy } from './naming-the-proxy';

let echo: Server;
let proxy: FaultProxy;
const heard: string[] = [];
beforeAll(async () => {
  echo = createServer((socket) => {
    socket.on('error', () => undefined);
    socket.on('data', (bytes: Buffer) => {
      heard.push(bytes.toString());
      socket.write(bytes);
    });
  });
  echo.listen(0, '127.0.0.1');
  await once(echo, 'listening');
});
beforeEach(async () => {
  heard.length = 0;
  proxy = await FaultProxy.listen({ host: '127.0.0.1', port: (echo.address() as AddressInfo).port });
});
afterEach(() => proxy.close());
afterAll(() => echo.close());

interface Line {
  readonly socket: Socket;
  readonly answers: string[];
}

async function dial(): Promise<Line> {
  const socket = connect(proxy.port, '127.0.0.1');
  const answers: string[] = [];
  socket.on('data', (bytes: Buffer) => answers.push(bytes.toString()));
  socket.on('error', () => undefined);
  await once(socket, 'connect');
  return { socket, answers };
}

async function until(isTrue: () => boolean): Promise<void> {
  for (const deadline = Date.now() + 5000; !isTrue() && Date.now() < deadline; ) await new Promise((resolve) => setTimeout(resolve, 5));
  expect(isTrue()).toBe(true);
}

describe('the fault proxy', () => {
  it('calm: passes both ways', async () => {
    const { socket, answers } = await dial();
    socket.write('a');
    await until(() => answers.join('') === 'a');
    socket.destroy();
  });

  it('answers-lost: the question arrives, its answer does not, and the connection is cut when the weather clears', async () => {
    const { socket, answers } = await dial();
    proxy.set({ kind: 'answers-lost' });
    socket.write('b');
    await until(() => heard.join('') === 'b');
    const cut = new Promise((resolve) => socket.once('close', resolve));
    proxy.set({ kind: 'calm' });
    await cut;
    expect(answers).toEqual([]);
  });

  it('black-hole: nothing arrives, and nobody is told', async () => {
    const { socket, answers } = await dial();
    proxy.set({ kind: 'black-hole' });
    socket.write('c');
    const other = await dial();
    other.socket.write('d');
    await new Promise((resolve) => setImmediate(resolve));
    expect({ heard, answers, closed: socket.destroyed }).toEqual({ heard: [], answers: [], closed: false });
    socket.destroy();
    other.socket.destroy();
  });

  it('refusing: a new connection is reset', async () => {
    proxy.set({ kind: 'refusing' });
    const socket = connect(proxy.port, '127.0.0.1');
    const [error] = (await once(socket, 'close').catch((reset: unknown) => [reset])) as [unknown];
    expect(error).toBeTruthy();
  });

  it('cut: those that are chosen', async () => {
    const first = await dial();
    const second = await dial();
    await until(() => proxy.connections === 2);
    let turn = 0;
    expect(proxy.cut(() => turn++ === 0)).toBe(1);
    await until(() => first.socket.destroyed !== second.socket.destroyed);
    first.socket.destroy();
    second.socket.destroy();
  });
});

describe('in front of a broker', () => {
  it('keeps the client: also after it has learnt where the broker is', async () => {
    const broker = testKafka();
    const [topic] = await broker.createTopics(['proxied']);
    const [host, port] = broker.brokers[0]!.split(':') as [string, string];
    const front: FaultProxy = await FaultProxy.listen({ host, port: Number(port) }, { rewrite: namingTheProxy(host, Number(port), () => front.port) });
    const producer = new Kafka({ brokers: [`127.0.0.1:${front.port}`], logLevel: logLevel.NOTHING }).producer({ createPartitioner: Partitioners.DefaultPartitioner });
    await producer.connect();
    await producer.send({ topic: topic!, messages: [{ value: 'x' }] });
    // Every connection that there is goes through the proxy: cut, the client has to come again.
    expect(front.cut()).toBeGreaterThan(0);
    await producer.send({ topic: topic!, messages: [{ value: 'y' }] });
    await producer.disconnect();
    await front.close();
  });
});
