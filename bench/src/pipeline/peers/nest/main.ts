import 'reflect-metadata';
import { ValidationPipe } from '@nestjs/common';
import { NestFactory } from '@nestjs/core';
import type { MicroserviceOptions } from '@nestjs/microservices';
import type { NestExpressApplication } from '@nestjs/platform-express';
import { peerSettings, type Role } from '../settings';
import { EngineModule } from './engine';
import { IngestModule } from './ingest';
import { consumerOf } from './kafka';
import { LedgerModule } from './ledger';
import { SessionModule } from './session';

const MODULES = { engine: EngineModule, session: SessionModule, ingest: IngestModule, ledger: LedgerModule } as const;

/** One process of the Nest peers, wired as Nest's documents show it: Express, its own Kafka transport, one message at a time. */
async function main(role: Role): Promise<void> {
  const { sessionPort, ingestPort } = peerSettings();
  const pipe = new ValidationPipe({ whitelist: true, transform: true });
  if (role === 'engine' || role === 'ledger') {
    // eslint-disable-next-line @typescript-eslint/no-unsafe-class-instance-assignment -- Nest declares its options as a class; every caller passes an object
    const service = await NestFactory.createMicroservice<MicroserviceOptions>(MODULES[role], consumerOf(role));
    service.useGlobalPipes(pipe);
    await service.listen();
    return;
  }
  // eslint-disable-next-line @typescript-eslint/no-unsafe-class-instance-assignment -- Nest declares its options as a class; every caller passes an object
  const app = await NestFactory.create<NestExpressApplication>(MODULES[role], { rawBody: role === 'ingest' });
  app.useGlobalPipes(pipe);
  if (role === 'session') {
    app.connectMicroservice<MicroserviceOptions>(consumerOf(role), { inheritAppConfig: true });
    await app.startAllMicroservices();
  }
  await app.listen(role === 'session' ? sessionPort : ingestPort, '127.0.0.1');
}

process.on('disconnect', () => process.exit());
main(process.argv[2] as Role).then(
  () => process.send?.({}),
  (error: unknown) => {
    process.stderr.write(`${error instanceof Error ? (error.stack ?? error.message) : String(error)}\n`);
    process.exit(1);
  },
);
