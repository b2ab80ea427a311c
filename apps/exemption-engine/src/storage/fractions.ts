import type { Fraction } from '@assent/domain-exemption';

/** A fraction is two `numeric` columns; both travel as decimal text. */
export const fractionOf = (numerator: string, denominator: string): Fraction => ({ numerator: BigInt(numerator), denominator: BigInt(denominator) });
