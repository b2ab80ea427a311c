import { readFileSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { type DecisionVector, type JsonObject, policyJsonSchema, rulesDocument } from '@assent/domain-exemption';

/** Writes the committed documents that are made from the rules; tests of the domain fail when one has drifted. Run from the root. */
const root = process.cwd();
const vectors = JSON.parse(readFileSync(path.join(root, 'libs/testing/vectors/exemption-vectors.json'), 'utf8')) as {
  defaults: JsonObject;
  decisionVectors: DecisionVector[];
};

writeFileSync(path.join(root, 'docs/rules.md'), rulesDocument(vectors.decisionVectors, vectors.defaults));
writeFileSync(path.join(root, 'libs/domain/exemption/policy.schema.json'), `${JSON.stringify(policyJsonSchema(), null, 2)}\n`);
