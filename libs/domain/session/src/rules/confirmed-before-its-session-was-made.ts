import type { Authentication, Opening } from '../authentication';

/**
 * Rule 0: the payer saw this authentication's own page and confirmed it there, before its vendor session is made. Only the attempt that is
 * opening now may take a session: an answer that comes after the payer refused, turned to another payment or ran out of time takes none.
 */
export const isOpeningThisAttempt = (state: Authentication, attempt: number): state is Opening => state.status === 'OPENING' && state.attempt === attempt;
