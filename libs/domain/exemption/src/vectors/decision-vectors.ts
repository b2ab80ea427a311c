import { type Decision, evaluate } from '../evaluate';
import { type FactRefusal, type ReadFacts, readFacts, withDefaults } from '../read-facts';
import { type DecisionVector, type JsonObject, sameJson, type VectorResult } from './vector-file';

/** Judges facts under the regime that they name, Article 10 included, as the vectors do. */
export const decideWritten = ({ facts, profile, settings, consider }: ReadFacts): Decision =>
  evaluate(facts, { profile, settings, consider, considerDirectAccess: true });

/** Runs one decision vector: `given` over the file's `defaults`; decision, exemption and the ordered reasons must agree. */
export function runDecisionVector({ id, given, expect }: DecisionVector, defaults: JsonObject): VectorResult {
  const read = readFacts(withDefaults(given, defaults));
  const actual = read.ok ? outcomeOf(decideWritten(read.value)) : refusalOf(read.error);
  return { id, pass: sameJson(actual, { decision: expect.decision, exemption: expect.exemption, reasons: expect.reasons }), actual };
}

const outcomeOf = ({ decision, exemption, reasons }: Decision): JsonObject => ({ decision, exemption, reasons });
const refusalOf = (refusals: readonly FactRefusal[]): JsonObject => ({ unreadable: refusals.map(({ field, message }) => `${field}: ${message}`) });
