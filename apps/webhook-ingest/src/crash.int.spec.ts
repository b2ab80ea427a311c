import { testDatabase } from '@assent/testing';
import { Client } from 'pg';
import { members, nowSeconds, signed } from './ingest-under-test.spec';
import { ServiceProcess, Wire } from './service-process.spec';

describe('webhook-ingest as a process whose world breaks', () => {
  let place: Awaited<ReturnType<typeof testDatabase>>;
  let wire: Wire;
  let service: ServiceProcess;
  let superuser: Client;

  beforeAll(async () => {
    place = await testDatabase('webhook-ingest');
    const url = new URL(place.serviceUrl);
    wire = new Wire(url.hostname, Number(url.port));
    await wire.open();
    url.port = String(wire.port);
    service = new ServiceProcess(url.toString());
    await service.start();
    superuser = new Client({ connectionString: place.url, options: `-c search_path=${place.schema}` });
    await superuser.connect();
  });
  afterAll(async () => {
    await service.stop();
    await superuser.end();
    await wire.cut();
    await place.drop();
  });
  beforeEach(() => superuser.query('truncate webhook, outbox, quarantine'));

  it('without its database it answers 503 with Retry-After, for what is signed and for what is not, and stores again afterwards', async () => {
    const delivery = signed(members());
    const forged = { ...delivery, headers: { ...delivery.headers, 'x-signature': '0'.repeat(64) } };
    await wire.cut();
    expect(await service.post(delivery)).toEqual({ status: 503, retryAfter: '30' });
    expect(await service.post(forged)).toEqual({ status: 503, retryAfter: '30' });
    await wire.open();
    expect(await service.post(delivery)).toMatchObject({ status: 200 });
    expect(await service.post(forged)).toMatchObject({ status: 401 });
  });

  it('never answers 200 for what is not on disk, and publishes exactly what is, however often connections break and the process is killed', async () => {
    const acknowledged: string[] = [];
    const statuses = new Set<number | null>();
    let shaking = true;
    const shaker = async (): Promise<void> => {
      for (let round = 1; round <= 24; round++) {
        await new Promise((resolve) => setTimeout(resolve, 100));
        wire.shake();
        if (round % 8 !== 0) continue;
        await service.kill();
        await service.start();
      }
      shaking = false;
    };
    const sender = async (): Promise<void> => {
      while (shaking) {
        const content = members();
        // As the vendor does, only sooner: what was not taken is sent again, with the same event id.
        for (let status: number | null = null; status !== 200; ) {
          ({ status } = await service.post(signed({ ...content, timestamp: nowSeconds() })));
          statuses.add(status);
          if (status !== 200) await new Promise((resolve) => setTimeout(resolve, 10));
        }
        acknowledged.push(String(content['event_id']));
      }
    };
    await Promise.all([shaker(), ...Array.from({ length: 8 }, sender)]);
    const stored = (await superuser.query<{ event_key: string }>('select event_key from webhook order by 1')).rows.map(({ event_key }) => event_key);
    const published = (await superuser.query<{ event_id: string }>("select value::json->>'eventId' as event_id from outbox order by 1")).rows.map(({ event_id }) => event_id);
    expect([...statuses]).toEqual(expect.arrayContaining([200, 503, null]));
    expect(acknowledged.length).toBeGreaterThan(8);
    expect(stored).toEqual(acknowledged.sort());
    expect(published).toEqual(stored);
  });
});
