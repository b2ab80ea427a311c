import { setTimeout as delay } from 'node:timers/promises';
import { Inject, Injectable, type OnApplicationBootstrap, type OnApplicationShutdown } from '@nestjs/common';
import { EMPTY_ROOT, hashToBytes } from '@assent/domain-ledger';
import { ConfigError, logFor, ReadinessRegistry } from '@assent/platform';
import { Database, isInfrastructureError } from '@assent/postgres';
import { LogIdentity } from '../log-identity';
import { SubjectKeys } from '../recording/subject-keys';

const RETRY_MS = 500;
const PREPARE_EVERY_MS = 6 * 60 * 60 * 1000;
const log = logFor('log-opening');

/** The database holds another log than the configuration names, or one whose events this configuration could not open. */
const wrongLog = (variable: string, message: string): ConfigError => new ConfigError('The configuration of audit-ledger', [{ variable, message }]);

/**
 * Opens the log before anything is appended: makes its head where the database is new, and refuses a database that holds another log or that was encrypted
 * under another key. Either would split the log for good, so the service ends instead of going on.
 */
@Injectable()
export class LogOpening implements OnApplicationBootstrap, OnApplicationShutdown {
  private readonly opening = Promise.withResolvers<undefined>();
  private isOpen = false;
  private isClosing = false;
  private timer: NodeJS.Timeout | undefined;

  constructor(
    @Inject(Database) private readonly database: Database,
    @Inject(LogIdentity) private readonly identity: LogIdentity,
    @Inject(SubjectKeys) private readonly keys: SubjectKeys,
    @Inject(ReadinessRegistry) readiness: ReadinessRegistry,
  ) {
    this.opening.promise.catch(() => undefined);
    readiness.add('log', () => (this.isOpen ? Promise.resolve() : Promise.reject(new Error('the log is not open yet'))));
  }

  /** Resolves once the log may be written and read. */
  async opened(): Promise<void> {
    await this.opening.promise;
  }

  /** A wrong configuration stops the start. A database that is away does not: HTTP answers that, and the log opens when it is back. */
  async onApplicationBootstrap(): Promise<void> {
    if (!(await this.tryToOpen())) void this.untilOpen();
    this.timer = setInterval(() => {
      this.prepareMonths().catch((error: unknown) => log.warn('could not prepare the coming months', { error }));
    }, PREPARE_EVERY_MS);
    this.timer.unref();
  }

  onApplicationShutdown(): void {
    this.isClosing = true;
    clearInterval(this.timer);
  }

  /** @throws ConfigError where the configuration is that of another log */
  async open(): Promise<void> {
    const { logId, origin } = this.identity;
    const root = hashToBytes(EMPTY_ROOT);
    await this.database.query('insert into log_head (log_id, origin, root_hash) values ($1, $2, $3) on conflict (one_row) do nothing', [logId, origin, root]);
    const { rows } = await this.database.query<{ log_id: string; origin: string }>('select log_id, origin from log_head');
    const [head] = rows;
    if (head?.log_id !== logId) throw wrongLog('LEDGER_LOG_ID', `must stay ${head?.log_id ?? 'what it was'}: the database holds that log`);
    if (head.origin !== origin) throw wrongLog('LEDGER_ORIGIN', `must stay ${head.origin}: the log in the database has that origin`);
    await this.checkServiceKey();
    await this.prepareMonths();
  }

  /** With a wrong key every event would fail, and be set aside one by one. */
  private async checkServiceKey(): Promise<void> {
    const { rows } = await this.database.query<{ wrapped_by: string }>('select wrapped_by from subject_key order by id limit 1');
    const [first] = rows;
    if (first !== undefined && first.wrapped_by !== this.keys.serviceKeyId) {
      throw wrongLog('LEDGER_ENCRYPTION_KEY', "must stay what it was: the subjects' keys in the database are encrypted under another");
    }
  }

  /** Partitions for this month and the next, so that the turn of a month finds its own. */
  private async prepareMonths(): Promise<void> {
    await this.database.query("select prepare_month(day::date) from (values (now()), (now() + interval '1 month')) as month (day)");
  }

  private async untilOpen(): Promise<void> {
    try {
      do await delay(RETRY_MS);
      while (!this.isClosing && !(await this.tryToOpen()));
    } catch (error) {
      this.opening.reject(error);
      // Nobody waits for this: uncaught, it ends the process, which is what a log of another name must do.
      setImmediate(() => {
        throw error;
      });
    }
  }

  /** False while the database is away. */
  private async tryToOpen(): Promise<boolean> {
    try {
      await this.open();
    } catch (error) {
      if (!isInfrastructureError(error)) throw error;
      log.warn('the log cannot be opened yet', { error });
      return false;
    }
    this.isOpen = true;
    this.opening.resolve(undefined);
    return true;
  }
}
