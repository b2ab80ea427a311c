/** What a browser would send if the payer pressed a button of the approval page. */
export interface ApprovalForm {
  readonly url: string;
  readonly fields: URLSearchParams;
}

const ATTRIBUTE = /([a-z-]+)\s*=\s*(?:"([^"]*)"|'([^']*)')/gi;
const ENTITIES: Readonly<Record<string, string>> = { amp: '&', lt: '<', gt: '>', quot: '"', '#39': "'", '#x27': "'" };

const unescape = (text: string): string => text.replace(/&(amp|lt|gt|quot|#39|#x27);/g, (_, name: string) => ENTITIES[name] ?? '');

function attributesOf(tag: string): ReadonlyMap<string, string> {
  return new Map([...tag.matchAll(ATTRIBUTE)].map(([, name = '', double, single]) => [name.toLowerCase(), unescape(double ?? single ?? '')]));
}

/** The form of the page whose action ends like this (`/confirm`), with its hidden fields; null where the page has none. */
export function approvalForm(html: string, pageUrl: string, actionEnd: string): ApprovalForm | null {
  for (const [, open = '', inner = ''] of html.matchAll(/<form\b([^>]*)>([\s\S]*?)<\/form>/gi)) {
    const action = attributesOf(open).get('action') ?? '';
    if (!action.endsWith(actionEnd)) continue;
    const inputs = [...inner.matchAll(/<(?:input|button)\b([^>]*)>/gi)].map(([, tag = '']) => attributesOf(tag));
    const fields = inputs.flatMap((input): [string, string][] => (input.has('name') ? [[input.get('name') ?? '', input.get('value') ?? '']] : []));
    return { url: new URL(action, pageUrl).toString(), fields: new URLSearchParams(fields) };
  }
  return null;
}
