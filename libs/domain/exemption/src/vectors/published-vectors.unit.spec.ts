import { readFileSync } from 'node:fs';
import path from 'node:path';
import { PROFILES, REASON_CODES, profileShape } from '../index';
import { runDecisionVector } from './decision-vectors';
import { type CessationVector, type FraudRateVector, runCessationVector, runFraudRateVector } from './risk-book-vectors';
import { runSequenceVector } from './sequence-vectors';
import { type AnswerVector, runLiabilityVector, runTransportVector } from './transport-vectors';
import type { DecisionVector, JsonObject, SequenceVector } from './vector-file';

interface VectorFile {
  readonly defaults: JsonObject;
  readonly reasonCodes: Readonly<Record<string, string>>;
  readonly profiles: Readonly<Record<string, JsonObject>>;
  readonly decisionVectors: readonly DecisionVector[];
  readonly sequenceVectors: readonly SequenceVector[];
  readonly fraudRateVectors: readonly FraudRateVector[];
  readonly cessationVectors: readonly CessationVector[];
  readonly transportVectors: readonly AnswerVector[];
  readonly liabilityVectors: readonly AnswerVector[];
}

const file = JSON.parse(readFileSync(path.resolve(__dirname, '../../../../testing/vectors/exemption-vectors.json'), 'utf8')) as VectorFile;
const named = <V extends { id: string; title: string; basis: string }>(vectors: readonly V[]) =>
  vectors.map((vector) => [`${vector.id} (${vector.basis}) ${vector.title}`, vector] as const);

describe('the published exemption vectors', () => {
  test('there are as many as were published', () => {
    expect([file.decisionVectors.length, file.sequenceVectors.length, file.fraudRateVectors.length, file.cessationVectors.length]).toEqual([119, 14, 9, 5]);
    expect([file.transportVectors.length, file.liabilityVectors.length]).toEqual([15, 3]);
  });

  test.each(named(file.decisionVectors))('%s', (_name, vector) => {
    const { actual, pass } = runDecisionVector(vector, file.defaults);
    expect(actual).toEqual(vector.expect);
    expect(pass).toBe(true);
  });

  test.each(named(file.sequenceVectors))('%s', (_name, vector) => {
    const { actual, pass } = runSequenceVector(vector, file.defaults);
    expect(actual).toEqual(vector.steps.map(({ expect: expected }) => expected));
    expect(pass).toBe(true);
  });

  test.each(named(file.fraudRateVectors))('%s', (_name, vector) => {
    expect(runFraudRateVector(vector)).toEqual({ id: vector.id, pass: true, actual: vector.expect });
  });

  test.each(named(file.cessationVectors))('%s', (_name, vector) => {
    expect(runCessationVector(vector)).toEqual({ id: vector.id, pass: true, actual: vector.timeline.map(({ expect: expected }) => expected) });
  });

  test.each(file.transportVectors.map((vector) => [vector.id, vector] as const))('%s (transport, soft decline)', (_name, vector) => {
    expect(runTransportVector(vector)).toEqual({ id: vector.id, pass: true, actual: vector.expect });
  });

  test.each(file.liabilityVectors.map((vector) => [vector.id, vector] as const))('%s (liability)', (_name, vector) => {
    expect(runLiabilityVector(vector)).toEqual({ id: vector.id, pass: true, actual: vector.expect });
  });

  test('the engine has exactly the published reason codes of the law', () => {
    expect(Object.keys(REASON_CODES).sort()).toEqual(Object.keys(file.reasonCodes).sort());
  });

  test('a runner can tell a wrong expectation from a right one', () => {
    const [vector] = file.decisionVectors;
    const wrong = { ...vector!, expect: { ...vector!.expect, reasons: ['AMOUNT_OVER_LIMIT'] } };
    expect(runDecisionVector(wrong, file.defaults).pass).toBe(false);
    const [sequence] = file.sequenceVectors;
    const [first, ...rest] = sequence!.steps;
    const wrongStep = { ...first!, expect: { ...first!.expect, decision: 'SCA_REQUIRED' } };
    expect(runSequenceVector({ ...sequence!, steps: [wrongStep, ...rest] }, file.defaults).pass).toBe(false);
  });
});

describe('the built-in profiles', () => {
  test.each(Object.entries(file.profiles))('%s has the published thresholds', (id, published) => {
    const data: unknown = JSON.parse(readFileSync(path.resolve(__dirname, `../profiles/${id.toLowerCase().replace('_', '-')}.json`), 'utf8'));
    const { id: ownId, area, effective, ...thresholds } = profileShape.parse(data);
    expect(thresholds).toEqual(published);
    expect(PROFILES.get(ownId)?.area).toBe(area);
    expect(ownId).toBe(id);
    expect(effective.from < (effective.until ?? '9999')).toBe(true);
  });
});
