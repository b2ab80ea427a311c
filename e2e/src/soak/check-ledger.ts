import { appendLeaves, EMPTY_FRONTIER, hashToBase64, leafHash, rootOf } from '@assent/domain-ledger';
import type { Finding } from './finding';
import type { History, SeenMessage } from './history';

/** The topics whose every message is a leaf. */
const RECORDED: ReadonlySet<string> = new Set(['sca.requested', 'sca.decided', 'sca.session', 'sca.verdict', 'sca.redeemed', 'sca.revoked', 'sca.evidence', 'didit.event']);

interface Leaf {
  readonly source: string;
  readonly id: string;
}

/** Every message of ours is in the log once, and the log is the one that its checkpoints sign. */
export function ledgerFindings(history: History, messages: readonly SeenMessage[]): Finding[] {
  const leaves = leavesOf(messages);
  const places = new Map<string, number[]>();
  for (const [index, text] of leaves) {
    const { source, id } = JSON.parse(text) as Leaf;
    places.set(`${source} ${id}`, [...(places.get(`${source} ${id}`) ?? []), index]);
  }
  const findings: Finding[] = [];
  for (const [name, indices] of places) if (indices.length > 1) findings.push({ code: 'LEAF_TWICE', about: name, detail: `leaves ${indices.join(' and ')}` });
  const own = new Set(history.accepted.map(({ authenticationId }) => `${history.gatewayId}:${authenticationId}`));
  const missing = new Set<string>();
  for (const { topic, key, source, id } of messages) {
    if (RECORDED.has(topic) && own.has(key ?? '') && !places.has(`${source} ${id}`)) missing.add(`${topic} ${source} ${id}`);
  }
  for (const about of missing) findings.push({ code: 'NOT_IN_LEDGER', about, detail: 'no leaf' });
  return history.wholeLog ? [...findings, ...treeFindings(leaves, messages)] : findings;
}

function leavesOf(messages: readonly SeenMessage[]): Map<number, string> {
  const leaves = new Map<number, string>();
  for (const { topic, body } of messages) if (topic === 'audit.entry' && typeof body?.['index'] === 'number') leaves.set(body['index'], String(body['leaf']));
  return leaves;
}

/** Builds the tree from what the topic carried and holds every signed checkpoint against it (RFC 9162 section 2.1.1). */
function treeFindings(leaves: ReadonlyMap<number, string>, messages: readonly SeenMessage[]): Finding[] {
  const roots = new Map<number, string>();
  for (const { topic, body } of messages) if (topic === 'audit.checkpoint') roots.set(Number(body?.['size']), String(body?.['rootHash']));
  const findings: Finding[] = [];
  let frontier = EMPTY_FRONTIER;
  for (let index = 0; index < leaves.size; index++) {
    const text = leaves.get(index);
    if (text === undefined) return [...findings, { code: 'LEDGER_GAP', about: `leaf ${index}`, detail: 'missing on the topic' }];
    frontier = appendLeaves(frontier, [leafHash(text)]).frontier;
    const signed = roots.get(frontier.size);
    if (signed !== undefined && signed !== hashToBase64(rootOf(frontier))) findings.push({ code: 'LEDGER_ROOT', about: `checkpoint of ${frontier.size} leaves`, detail: 'signs another root' });
  }
  return findings;
}
