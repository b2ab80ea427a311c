import {
  type AnswerVector,
  type CessationVector,
  type DecisionVector,
  type FraudRateVector,
  type JsonObject,
  runCessationVector,
  runDecisionVector,
  runFraudRateVector,
  runLiabilityVector,
  runSequenceVector,
  runTransportVector,
  type SequenceVector,
  type VectorResult,
} from '@assent/domain-exemption';
import { z } from 'zod';
import { runCodeVector, runLinkingVector } from './linking-vectors';

/** All collections of a vector file, in the order in which they are run. */
export const COLLECTIONS = [
  'decisionVectors',
  'sequenceVectors',
  'dynamicLinkingVectors',
  'authenticationCodeVectors',
  'fraudRateVectors',
  'cessationVectors',
  'transportVectors',
  'liabilityVectors',
] as const;
type Collection = (typeof COLLECTIONS)[number];

const entry = z.looseObject({ id: z.string() });
const answer = z.looseObject({ id: z.string(), given: z.looseObject({}), expect: z.looseObject({}) });
const shapes: Readonly<Record<Collection, z.ZodType>> = {
  decisionVectors: answer,
  sequenceVectors: z.looseObject({ id: z.string(), config: z.looseObject({}), steps: z.array(z.looseObject({ op: z.string() })) }),
  dynamicLinkingVectors: answer,
  authenticationCodeVectors: answer,
  fraudRateVectors: z.looseObject({ id: z.string(), given: z.looseObject({ lines: z.array(z.looseObject({})) }), expect: z.looseObject({}) }),
  cessationVectors: z.looseObject({ id: z.string(), instrument: z.enum(['card', 'credit_transfer']), timeline: z.array(z.looseObject({})) }),
  transportVectors: answer,
  liabilityVectors: answer,
};

const fileShape = z.looseObject({ defaults: z.looseObject({}).default({}) });

export interface NamedVector {
  readonly id: string;
  /** What is unresolved in law follows its switch: a difference there is told apart. */
  readonly unresolved: boolean;
  run(): VectorResult;
}

export type SuiteRead = { readonly ok: true; readonly vectors: readonly NamedVector[] } | { readonly ok: false; readonly message: string };

/** Reads a file of the published form. Collections that it lacks are left out; one that is there must be readable. */
export function readSuite(text: string): SuiteRead {
  let json: unknown;
  try {
    json = JSON.parse(text);
  } catch {
    return { ok: false, message: 'it is not JSON' };
  }
  const file = fileShape.safeParse(json);
  if (!file.success) return { ok: false, message: 'it must be an object with "defaults" and lists of vectors' };
  const vectors: NamedVector[] = [];
  for (const collection of COLLECTIONS) {
    const listed = z.array(entry).safeParse(file.data[collection] ?? []);
    if (!listed.success) return { ok: false, message: `${collection} must be a list of vectors with ids` };
    for (const vector of listed.data) vectors.push(named(collection, vector, file.data.defaults));
  }
  return vectors.length > 0 ? { ok: true, vectors } : { ok: false, message: `it holds no vector: wanted is one of ${COLLECTIONS.join(', ')}` };
}

function named(collection: Collection, vector: z.infer<typeof entry>, defaults: JsonObject): NamedVector {
  const run = (): VectorResult => {
    const shape = shapes[collection].safeParse(vector);
    if (!shape.success) return failed(vector.id, shape.error.issues.map(({ path }) => path.join('.')).join(', '));
    try {
      return RUNNERS[collection](vector, defaults);
    } catch (error) {
      return failed(vector.id, error instanceof Error ? error.message : 'unknown error');
    }
  };
  return { id: vector.id, unresolved: vector['basis'] === 'unresolved', run };
}

const failed = (id: string, unreadable: string): VectorResult => ({ id, pass: false, actual: { unreadable } });

/** The runners read their vectors in full; what a shape above does not check, they refuse by an exception, which is a failure too. */
const RUNNERS: Readonly<Record<Collection, (vector: unknown, defaults: JsonObject) => VectorResult>> = {
  decisionVectors: (vector, defaults) => runDecisionVector(vector as DecisionVector, defaults),
  sequenceVectors: (vector, defaults) => runSequenceVector(vector as SequenceVector, defaults),
  dynamicLinkingVectors: runLinkingVector,
  authenticationCodeVectors: runCodeVector,
  fraudRateVectors: (vector) => runFraudRateVector(vector as FraudRateVector),
  cessationVectors: (vector) => runCessationVector(vector as CessationVector),
  transportVectors: (vector) => runTransportVector(vector as AnswerVector),
  liabilityVectors: (vector) => runLiabilityVector(vector as AnswerVector),
};
