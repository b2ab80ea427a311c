import type { Finding } from './finding';
import type { History, SeenMessage, SentRequest } from './history';

/** An approval stands on a decision that was fetched and is about this payment, in time; its code is used once. */
export function approvalFindings(history: History, messages: readonly SeenMessage[]): Finding[] {
  const sent = new Map(history.accepted.map((request) => [request.authenticationId, request]));
  const deadlines = deadlinesOf(messages);
  const approved = new Map<string, SeenMessage>();
  for (const message of messages) {
    if (message.topic === 'sca.verdict' && message.body?.['outcome'] === 'APPROVED') approved.set(String(message.body['authenticationId']), message);
  }
  const findings: Finding[] = [];
  for (const [id, { body }] of approved) {
    findings.push(...decisionFindings(history, id, sent.get(id)));
    const amount = (body?.['payment'] as { amount?: unknown } | undefined)?.amount;
    const asked = sent.get(id)?.amount;
    if (asked !== undefined && amount !== asked) findings.push({ code: 'OTHER_AMOUNT', about: id, detail: `approved ${String(amount)}, asked ${asked}` });
    const deadline = deadlines.get(id);
    const decidedAt = String(body?.['decidedAt']);
    if (deadline !== undefined && decidedAt > deadline) findings.push({ code: 'APPROVED_LATE', about: id, detail: `${decidedAt} after ${deadline}` });
  }
  return [...findings, ...redemptionFindings(history, messages, approved)];
}

function decisionFindings({ vendorSessions }: History, id: string, sent: SentRequest | undefined): Finding[] {
  const matching = vendorSessions.filter(
    ({ metadata, decisionReads, status }) => metadata?.['authentication_id'] === id && decisionReads > 0 && status === 'Approved' && (sent === undefined || metadata['amount'] === sent.amount),
  );
  return matching.length > 0 ? [] : [{ code: 'APPROVED_WITHOUT_DECISION', about: id, detail: 'the vendor gave nobody an approving decision about it' }];
}

/** When each request ended at the latest, by the last word of `sca.session` before the verdict. */
function deadlinesOf(messages: readonly SeenMessage[]): Map<string, string> {
  const deadlines = new Map<string, string>();
  for (const { topic, body } of messages) {
    if (topic === 'sca.session' && typeof body?.['expiresAt'] === 'string') deadlines.set(String(body['authenticationId']), body['expiresAt']);
  }
  return deadlines;
}

function redemptionFindings({ redeemed }: History, messages: readonly SeenMessage[], approved: ReadonlyMap<string, SeenMessage>): Finding[] {
  const uses = new Map<string, Set<string>>();
  const note = (id: string, use: string): void => void uses.set(id, (uses.get(id) ?? new Set()).add(use));
  for (const { authenticationId, redemptionId } of redeemed) note(authenticationId, redemptionId);
  for (const { topic, body } of messages) if (topic === 'sca.redeemed') note(String(body?.['authenticationId']), String(body?.['redemptionId']));
  return [...uses].flatMap(([id, ids]): Finding[] => {
    if (!approved.has(id)) return [{ code: 'REDEEMED_UNAPPROVED', about: id, detail: 'a code was accepted without an approval' }];
    return ids.size > 1 ? [{ code: 'REDEEMED_TWICE', about: id, detail: `${ids.size} redemptions succeeded` }] : [];
  });
}
