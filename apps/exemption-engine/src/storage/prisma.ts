import { type FactoryProvider, type OnApplicationShutdown } from '@nestjs/common';
import { PrismaPg } from '@prisma/adapter-pg';
import type { ExemptionEngineConfig } from '@assent/platform';
import { PrismaClient } from '../../../../prisma/generated/exemption-engine/client';

export { PrismaClient };

/** Reading needs few connections: deciding has a pool of its own, so that readers never keep it waiting. */
const READERS_MAX = 4;

/** What the HTTP side reads with. It never writes. */
export function prismaClient({ databaseUrl, databaseSchema }: Pick<ExemptionEngineConfig, 'databaseUrl' | 'databaseSchema'>): PrismaClient {
  const adapter = new PrismaPg(
    {
      connectionString: databaseUrl.reveal(),
      max: READERS_MAX,
      connectionTimeoutMillis: 3000,
      application_name: `assent ${databaseSchema} reader`,
      options: `-c search_path=${databaseSchema} -c statement_timeout=20000 -c default_transaction_read_only=on`,
    },
    { schema: databaseSchema },
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
