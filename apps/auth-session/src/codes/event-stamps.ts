import { Inject, Injectable } from '@nestjs/common';
import { subjectRef } from '@assent/platform';
import type { Tx } from '@assent/postgres';
import { CODES_OPTIONS, type CodesOptions } from './codes-options';

/** What an event about an authentication carries in its envelope beside its content. */
export interface EventStamp {
  /** Counts up per key over everything that auth-session says of it. */
  readonly sequence: number;
  /** Keyed pseudonym of the payer. */
  readonly subjectRef: string;
  readonly causationId: string | null;
}

/** The fields of a contract class: what is published is data, not an instance. */
export type Fields<Body> = { readonly [Name in keyof Body]: Body[Name] };

/** Counts an authentication's events on for events that are published outside of its own state machine: redemptions and refused ones. */
@Injectable()
export class EventStamps {
  constructor(@Inject(CODES_OPTIONS) private readonly options: CodesOptions) {}

  /** The next stamp of this key. The caller holds the authentication's row, so that one key's events are counted in the order in which they commit. */
  async next(tx: Tx, key: string): Promise<EventStamp> {
    const { rows } = await tx.query<{ version: number; namespace: string; payer_id: string }>(
      'UPDATE authentication SET version = version + 1 WHERE key = $1 RETURNING version, namespace, payer_id',
      [key],
    );
    const row = rows[0];
    if (row === undefined) throw new Error('invariant broken: an event is about a known authentication');
    return { sequence: row.version, subjectRef: subjectRef(this.options.subjectRefKey, row.namespace, row.payer_id), causationId: null };
  }
}
