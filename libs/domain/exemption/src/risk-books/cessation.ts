import { assertNever } from '@assent/kernel';

/**
 * RTS Article 20, for one instrument and one band. Over the reference once: report at once, use may go on. Twice in a row: report and
 * cease at once. Use again after one quarter at or below it, and after the authority was notified with evidence. A provider that was
 * never within a band starts only once it is (EBA Q&A 2018_4044).
 */
export type BandState = 'NOT_QUALIFIED' | 'ACTIVE' | 'WARNED' | 'CEASED' | 'RECOVERABLE';

export type BandCommand =
  /** A quarter has ended; its rate was at or below the reference, or was not. */
  | { readonly type: 'CLOSE_QUARTER'; readonly within: boolean }
  /** The authority was notified of the wish to use the band again, with evidence. */
  | { readonly type: 'NOTIFY' };

/** Duties and facts that follow; what has to be sent to somebody is sent by whoever reads them. */
export type BandEvent = 'QUALIFIED' | 'REPORT' | 'CEASE' | 'RECOVERED' | 'RELAPSED' | 'REENTERED' | 'CALMED' | 'NOTIFY_REJECTED';

export function decideBand(command: BandCommand, state: BandState): readonly BandEvent[] {
  if (command.type === 'NOTIFY') return state === 'RECOVERABLE' ? ['REENTERED'] : ['NOTIFY_REJECTED'];
  const { within } = command;
  switch (state) {
    case 'NOT_QUALIFIED':
      return within ? ['QUALIFIED'] : [];
    case 'ACTIVE':
      return within ? [] : ['REPORT'];
    case 'WARNED':
      return within ? ['CALMED'] : ['REPORT', 'CEASE'];
    case 'CEASED':
      return within ? ['RECOVERED'] : [];
    case 'RECOVERABLE':
      return within ? [] : ['RELAPSED'];
    default:
      return assertNever(state, 'band state');
  }
}

export function evolveBand(state: BandState, event: BandEvent): BandState {
  switch (event) {
    case 'QUALIFIED':
    case 'CALMED':
    case 'REENTERED':
      return 'ACTIVE';
    case 'REPORT':
      return 'WARNED';
    case 'CEASE':
    case 'RELAPSED':
      return 'CEASED';
    case 'RECOVERED':
      return 'RECOVERABLE';
    case 'NOTIFY_REJECTED':
      return state;
    default:
      return assertNever(event, 'band event');
  }
}

/** Whether risk analysis may be used in a band. In the first quarter over the reference only where the policy grants the grace. */
export const bandIsUsable = (state: BandState, graceQuarter: boolean): boolean => state === 'ACTIVE' || (state === 'WARNED' && graceQuarter);
