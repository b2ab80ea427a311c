import { scopeOutcome, type Rule } from '../rule';

/** RTS recital 8: anonymous payment instruments are outside the duty. Only if somebody says so: unknown is inside. */
export const anonymousInstrument: Rule<'SCOPE_ANONYMOUS'> = (facts) =>
  scopeOutcome('SCOPE_ANONYMOUS', facts.anonymousInstrument === true ? 'ANONYMOUS_INSTRUMENT' : null, { anonymousInstrument: facts.anonymousInstrument });
