import type { ConfigProblem } from '../config/define-config';
import type { Gateway } from './gateway';

/**
 * `vendor_data` is a person at Didit. Two people must never write the same one, and one person (a payer of one namespace) must not be two.
 * Of two namespaces the fixed text before or after the payer's id must differ in a way that no payer id can make up for.
 */
export function vendorDataCollisions(gateways: readonly Gateway[]): ConfigProblem[] {
  return gateways.flatMap((gateway, index) =>
    gateways.slice(0, index).flatMap((earlier, earlierIndex): ConfigProblem[] => {
      const variable = `gateways[${index}].vendorData`;
      const [mine, other] = [around(gateway), around(earlier)];
      if (gateway.namespace === earlier.namespace) {
        const same = mine.before === other.before && mine.after === other.after;
        return same ? [] : [{ variable, message: `must be the same as of gateways[${earlierIndex}], which has the same namespace: its payers are the same people` }];
      }
      const mayMeet = oneBeginsTheOther(mine.before, other.before) && oneEndsTheOther(mine.after, other.after);
      return mayMeet ? [{ variable, message: `must differ from gateways[${earlierIndex}]: payers of two namespaces could get the same vendor_data. Put <namespace>/ in front` }] : [];
    }),
  );
}

const MARK = '\u0000';

function around(gateway: Gateway): { before: string; after: string } {
  const [before = '', after = ''] = gateway.vendorData(MARK).split(MARK);
  return { before, after };
}

const oneBeginsTheOther = (a: string, b: string): boolean => a.startsWith(b) || b.startsWith(a);
const oneEndsTheOther = (a: string, b: string): boolean => a.endsWith(b) || b.endsWith(a);
