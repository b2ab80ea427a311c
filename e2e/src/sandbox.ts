import type { StackFile } from '@assent/infra';

export interface SandboxSession {
  readonly vendorSessionId: string;
  readonly status: string;
  readonly vendorData: string | null;
  readonly metadata: Readonly<Record<string, string>> | null;
  readonly creates: number;
  readonly decisionReads: number;
}

/** The local vendor's control calls (interface, `didit-sandbox`). */
export class Sandbox {
  constructor(private readonly stack: () => StackFile) {}

  get url(): string {
    return this.stack().services['didit-sandbox']?.url ?? '';
  }

  async defaults(values: Record<string, unknown>): Promise<void> {
    await this.put('/sandbox/defaults', values);
  }

  async faults(values: Record<string, unknown>): Promise<void> {
    await this.put('/sandbox/faults', values);
  }

  /** Back to a vendor that waits for a person, delivers every webhook and has no faults. */
  async calm(): Promise<void> {
    await this.defaults({ scenario: 'manual', afterMs: 0, webhooks: 'deliver', rateLimit: true });
    await this.faults({ latencyMs: 0, errorRate: 0, status: 500, dropAfterProcessing: 0, overwriteMetadata: null, seed: 1 });
  }

  async finish(vendorSessionId: string, scenario = 'approve'): Promise<void> {
    const answer = await fetch(`${this.url}/sandbox/sessions/${vendorSessionId}/finish`, { method: 'POST', headers: { 'content-type': 'application/json' }, body: JSON.stringify({ scenario }) });
    if (!answer.ok) throw new Error(`finishing a session was answered ${answer.status}: ${await answer.text()}`);
  }

  async sessions(vendorData: string): Promise<SandboxSession[]> {
    const answer = (await (await fetch(`${this.url}/sandbox/sessions?vendorData=${encodeURIComponent(vendorData)}`)).json()) as { sessions: SandboxSession[] };
    return answer.sessions;
  }

  private async put(path: string, values: Record<string, unknown>): Promise<void> {
    const answer = await fetch(`${this.url}${path}`, { method: 'PUT', headers: { 'content-type': 'application/json' }, body: JSON.stringify(values) });
    if (!answer.ok) throw new Error(`${path} was answered ${answer.status}: ${await answer.text()}`);
  }
}
