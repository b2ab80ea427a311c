import { approvalFindings } from './check-approvals';
import { ledgerFindings } from './check-ledger';
import type { Finding } from './finding';
import type { History, SeenMessage } from './history';

/** Judges a history after the fact. No finding means that every promise held. */
export function check(history: History): Finding[] {
  const messages = inOrder(history.messages);
  return [...verdictFindings(history, messages), ...approvalFindings(history, messages), ...orderFindings(messages), ...refusalFindings(history, messages), ...ledgerFindings(history, messages)];
}

/** One of each, as it lies in the topic: a reader that lost its connection reads some again, which says nothing about the writers. */
function inOrder(messages: readonly SeenMessage[]): SeenMessage[] {
  const byPlace = new Map(messages.map((message) => [`${message.topic}/${message.partition}/${message.offset}`, message]));
  return [...byPlace.values()].sort((a, b) => (a.topic < b.topic ? -1 : a.topic > b.topic ? 1 : a.partition - b.partition || Number(BigInt(a.offset) - BigInt(b.offset))));
}

/** Every accepted request has one verdict, and it is one that the plan allows. The same message twice is still one. */
function verdictFindings({ accepted, gatewayId }: History, messages: readonly SeenMessage[]): Finding[] {
  const verdicts = new Map<string, Map<string, SeenMessage>>();
  for (const message of messages) {
    if (message.topic !== 'sca.verdict' || message.key === null) continue;
    const distinct = verdicts.get(message.key) ?? new Map<string, SeenMessage>();
    distinct.set(`${message.source} ${message.id} ${message.valueHash}`, message);
    verdicts.set(message.key, distinct);
  }
  return accepted.flatMap(({ authenticationId, allowed }): Finding[] => {
    const answers = [...(verdicts.get(`${gatewayId}:${authenticationId}`)?.values() ?? [])];
    const [answer] = answers;
    if (answer === undefined) return [{ code: 'LOST', about: authenticationId, detail: 'no verdict' }];
    const outcomes = answers.map(({ body }) => String(body?.['outcome']));
    if (answers.length > 1) return [{ code: 'TWO_VERDICTS', about: authenticationId, detail: outcomes.join(', ') }];
    if (!allowed.includes(outcomes[0] ?? '')) return [{ code: 'WRONG_OUTCOME', about: authenticationId, detail: `${String(outcomes[0])} instead of ${allowed.join(' or ')}` }];
    return [];
  });
}

/** What one producer says about one key counts up. A message that is sent again is not a step back. */
function orderFindings(messages: readonly SeenMessage[]): Finding[] {
  const last = new Map<string, number>();
  const known = new Set<string>();
  const findings: Finding[] = [];
  for (const { topic, key, source, id, sequence } of messages) {
    if (sequence === null || topic.endsWith('.dlq')) continue;
    const message = `${topic} ${source} ${id}`;
    if (known.has(message)) continue;
    known.add(message);
    const line = `${topic} ${source} ${String(key)}`;
    const before = last.get(line) ?? -1;
    if (sequence <= before) findings.push({ code: 'ORDER', about: line, detail: `${sequence} after ${before}` });
    last.set(line, Math.max(before, sequence));
  }
  return findings;
}

/** What must be refused lies in the dead letters, and nothing else does: a fault is no reason to set a good message aside. */
function refusalFindings({ refused }: History, messages: readonly SeenMessage[]): Finding[] {
  const letters = new Map(messages.filter(({ topic }) => topic.endsWith('.dlq')).map(({ topic, id }) => [id, topic]));
  const expected = new Set(refused.map(({ messageId }) => messageId));
  return [
    ...refused.filter(({ messageId }) => !letters.has(messageId)).map(({ messageId, why }): Finding => ({ code: 'NOT_DEAD_LETTERED', about: messageId, detail: why })),
    ...[...letters].filter(([id]) => !expected.has(id)).map(([id, topic]): Finding => ({ code: 'DEAD_LETTERED', about: id, detail: `a good message in ${topic}` })),
  ];
}
