import { type Engines, SERVICES, withDatabase } from '../engines';
import type { Variant } from './variant';

/** The four services as they ship, from compiled code. */
export const ours: Variant = {
  name: 'ours',
  start: async ({ engines }) => {
    await Promise.all(SERVICES.map((name) => engines.stack.restart(name)));
    const { services } = engines.stack.stack;
    const at = (name: (typeof SERVICES)[number]): { url: string; pid: number } => services[name] ?? { url: '', pid: 0 };
    return {
      topics: { requested: 'sca.requested', decided: 'sca.decided', session: 'sca.session', verdict: 'sca.verdict' },
      webhooksTo: `${at('webhook-ingest').url}/webhooks/didit`,
      processes: Object.fromEntries(SERVICES.map((name) => [name, at(name).pid])),
      database: DATABASE,
      recorded: () => leaves(engines),
      stop: async () => {
        await Promise.all(SERVICES.map((name) => engines.stack.stopService(name)));
      },
    };
  },
};

const DATABASE = 'assent';

const leaves = ({ adminUrl }: Engines): Promise<number> =>
  withDatabase(adminUrl, DATABASE, async (client) => Number((await client.query<{ size: string }>('SELECT size FROM audit_ledger.log_head')).rows[0]?.size ?? 0));
