import { Inject, Injectable } from '@nestjs/common';
import { byteaArray, Database, type Tx } from '@assent/postgres';
import type { AuthenticationRecord } from '../authentication/authentication-record';
import { BatchedWork } from '../authentication/batched-work';
import { UnitServices } from '../authentication/unit-services';
import { approvalDisplay } from './approval-state';

/** Evidence of one page being served, at most: a link scanner, or somebody who holds the link, must not be able to fill the ledger. */
const EVIDENCE_MAX = 50;

/** An approval as its page shows it, at one moment of the database's time. */
export interface ApprovalSight {
  readonly record: AuthenticationRecord;
  readonly nowMs: number;
}

interface Visit {
  readonly tokenHash: Buffer;
  /** Whether the page goes to somebody: then that is evidence. A HEAD request, or a page that shows a result, is none. */
  readonly isServed: boolean;
}

const FIND = 'SELECT row.token_hash, row.key FROM authentication AS row JOIN unnest($1::bytea[]) AS link (token_hash) USING (token_hash)';

/** Reads approvals for their pages, many at once. Serving a page changes nothing for the payer; that it was served is written down. */
@Injectable()
export class ApprovalPages {
  private readonly visits = new BatchedWork<Visit, ApprovalSight | null>((visits) => this.database.transaction((tx) => this.visit(tx, visits), 'page'));

  constructor(
    @Inject(Database) private readonly database: Database,
    @Inject(UnitServices) private readonly units: UnitServices,
  ) {}

  /** The approval behind a link, with evidence that its page was served. Null: no such link. */
  serve(tokenHash: Buffer): Promise<ApprovalSight | null> {
    return this.visits.submit({ tokenHash, isServed: true });
  }

  /** The same without evidence. */
  see(tokenHash: Buffer): Promise<ApprovalSight | null> {
    return this.visits.submit({ tokenHash, isServed: false });
  }

  private async visit(tx: Tx, visits: readonly Visit[]): Promise<(ApprovalSight | null)[]> {
    const { rows } = await tx.query<{ token_hash: Buffer; key: string }>(FIND, [byteaArray(visits.map(({ tokenHash }) => tokenHash))]);
    const keys = new Map(rows.map((row) => [row.token_hash.toString('hex'), row.key]));
    const unit = await this.units.begin(tx, [...keys.values()]);
    const sights = visits.map(({ tokenHash, isServed }): ApprovalSight | null => {
      const key = keys.get(tokenHash.toString('hex'));
      const record = key === undefined ? null : unit.record(key);
      if (key === undefined || record === null) return null;
      const nowMs = unit.nowMs(key);
      if (isServed && record.pageServedCount < EVIDENCE_MAX && approvalDisplay(record, nowMs).page === 'APPROVAL') unit.run(key, { type: 'ServePage' });
      return { record, nowMs };
    });
    await unit.save();
    return sights;
  }
}

