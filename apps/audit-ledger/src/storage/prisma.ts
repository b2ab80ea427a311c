import { type FactoryProvider, type OnApplicationShutdown } from '@nestjs/common';
import { PrismaPg } from '@prisma/adapter-pg';
import type { AuditLedgerConfig } from '@assent/platform';
import { PrismaClient } from '../../../../prisma/generated/audit-ledger/client';

export { PrismaClient };

/** Reading needs few connections: appending has a pool of its own, so that readers never keep a writer waiting. */
const READERS_MAX = 4;

/** What the HTTP side reads with. It never writes. */
export function prismaClient(config: AuditLedgerConfig): PrismaClient {
  const adapter = new PrismaPg(
    {
      connectionString: config.databaseUrl.reveal(),
      max: READERS_MAX,
      connectionTimeoutMillis: 3000,
      application_name: `assent ${config.databaseSchema} reader`,
      options: `-c search_path=${config.databaseSchema} -c statement_timeout=20000 -c default_transaction_read_only=on`,
    },
    { schema: config.databaseSchema },
  );
  return new PrismaClient({ adapter });
}

class PrismaClosing implements OnApplicationShutdown {
  constructor(private readonly prisma: PrismaClient) {}

  async onApplicationShutdown(): Promise<void> {
    await this.prisma.$disconnect();
  }
}

export const closePrismaAtShutdown: FactoryProvider = {
  provide: PrismaClosing,
  useFactory: (prisma: PrismaClient) => new PrismaClosing(prisma),
  inject: [PrismaClient],
};
