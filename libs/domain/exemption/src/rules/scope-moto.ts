import { scopeOutcome, type Rule } from '../rule';

/** Mail and telephone orders are no electronic payments that the payer initiates. Only if somebody says so: unknown is inside. */
export const moto: Rule<'SCOPE_MOTO'> = (facts) => scopeOutcome('SCOPE_MOTO', facts.moto === true ? 'MOTO' : null, { moto: facts.moto });
