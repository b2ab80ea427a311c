import { scopeOutcome, type Rule } from '../rule';

/**
 * The payee's provider sits outside the regime and its side cannot support authentication: then it is tried as far as it goes.
 * Asked last, when no exemption applies. Only if somebody says that the far side cannot: unknown can.
 */
export const oneLegOut: Rule<'SCOPE_ONE_LEG_OUT'> = ({ payeePsp, payeeSideCanSupportSca }, { area }) => {
  const outside = payeePsp !== null && payeePsp !== area && payeeSideCanSupportSca === false;
  return scopeOutcome('SCOPE_ONE_LEG_OUT', outside ? 'ONE_LEG_OUT' : null, { payeePsp, payeeSideCanSupportSca, area });
};
