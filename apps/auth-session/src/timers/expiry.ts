import { Inject, Injectable, type OnApplicationBootstrap, type BeforeApplicationShutdown } from '@nestjs/common';
import type { Command } from '@assent/domain-session';
import { failpoint, logFor } from '@assent/platform';
import { Database, isInfrastructureError } from '@assent/postgres';
import { whileContended } from '../authentication/contended';
import { UnitServices } from '../authentication/unit-services';
import { openingMaxMs, SETTINGS, type Settings } from '../settings';
import { Ticker } from './ticker';

const log = logFor('expiry');
const PERIOD_MS = 250;
const GIVE_UP_PERIOD_MS = 1000;
const BATCH_MAX = 200;

// Whatever another replica is at is skipped: it will be answered there, or be due again.
const DUE = `
  SELECT key FROM authentication WHERE state <> 'DECIDED' AND expires_at <= clock_timestamp() ORDER BY expires_at LIMIT $1 FOR NO KEY UPDATE SKIP LOCKED`;
const LOST = `
  SELECT key FROM authentication WHERE state = 'OPENING' AND confirmed_at <= clock_timestamp() - $2::float8 * interval '1 millisecond'
   ORDER BY confirmed_at LIMIT $1 FOR NO KEY UPDATE SKIP LOCKED`;
// The request was answered while its session was being made, and the process that made it never came back.
const FREE_PLACES = `
  UPDATE vendor_session AS session SET state = 'CLOSED'
   WHERE session.state = 'OPENING' AND session.confirmed_at <= clock_timestamp() - $1::float8 * interval '1 millisecond'
     AND NOT EXISTS (SELECT 1 FROM authentication AS row WHERE row.key = session.key AND row.state = 'OPENING' AND row.attempt = session.attempt)`;

/**
 * Ends requests whose time is up, whoever forgot them: also those whose decision, payer or vendor never came. And frees what a process
 * that died left half open.
 */
@Injectable()
export class Expiry implements OnApplicationBootstrap, BeforeApplicationShutdown {
  private readonly openingMaxMs: number;
  private readonly tickers = [new Ticker('expiry', PERIOD_MS, () => this.expire()), new Ticker('give-up', GIVE_UP_PERIOD_MS, () => this.giveUp())];

  constructor(
    @Inject(Database) private readonly database: Database,
    @Inject(UnitServices) private readonly units: UnitServices,
    @Inject(SETTINGS) settings: Pick<Settings, 'diditTimeoutMs'>,
  ) {
    this.openingMaxMs = openingMaxMs(settings.diditTimeoutMs);
  }

  onApplicationBootstrap(): void {
    for (const ticker of this.tickers) ticker.start();
  }

  async beforeApplicationShutdown(): Promise<void> {
    await Promise.all(this.tickers.map((ticker) => ticker.stop()));
  }

  /** Ends a batch of what is due; whether there is more. */
  expire(): Promise<boolean> {
    return this.sweep(DUE, [], (nowMs) => ({ type: 'Expire', nowMs }));
  }

  /** Gives up openings that nobody works on; whether there is more. */
  async giveUp(): Promise<boolean> {
    await this.database.query(FREE_PLACES, [this.openingMaxMs]);
    return this.sweep(LOST, [this.openingMaxMs], (nowMs) => ({ type: 'GiveUpOpening', nowMs, openingMaxMs: this.openingMaxMs }));
  }

  private async sweep(select: string, values: readonly unknown[], command: (nowMs: number) => Command): Promise<boolean> {
    let keys: string[] = [];
    try {
      await whileContended(() =>
        this.database.transaction(async (tx) => {
          const { rows } = await tx.query<{ key: string }>(select, [BATCH_MAX, ...values]);
          keys = rows.map(({ key }) => key);
          const unit = await this.units.begin(tx, keys);
          for (const key of keys) unit.run(key, command(unit.nowMs(key)));
          await unit.save();
          if (keys.length > 0) failpoint('expiry', 'before-commit');
        }),
      );
      if (keys.length > 0) failpoint('expiry', 'after-commit');
    } catch (error) {
      if (isInfrastructureError(error)) throw error;
      await this.oneByOne(keys, command);
    }
    return keys.length === BATCH_MAX;
  }

  /** One that cannot be ended must not keep the others from it. */
  private async oneByOne(keys: readonly string[], command: (nowMs: number) => Command): Promise<void> {
    for (const key of keys) {
      try {
        await whileContended(() =>
          this.database.transaction(async (tx) => {
            const unit = await this.units.begin(tx, [key]);
            unit.run(key, command(unit.nowMs(key)));
            await unit.save();
          }),
        );
      } catch (error) {
        if (isInfrastructureError(error)) throw error;
        const [gatewayId, authenticationId] = key.split(':');
        log.error('an authentication cannot be ended', { gatewayId, authenticationId, error });
      }
    }
  }
}
