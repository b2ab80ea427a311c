import type { WebhookEvent } from '@assent/didit';
import type { ForeignRefusal } from './refusals';

/** Which application, workflow and environment of the vendor are ours. */
export interface OwnDeployment {
  readonly environment: 'live' | 'sandbox';
  readonly applicationId: string;
  readonly workflowId: string;
}

/**
 * A webhook counts only if it speaks of our own application, environment and workflow (DESIGN section 3, rule 1; Didit contract, section 7.1).
 * A name that is missing does not match: a sandbox that forgets to say so must not approve in production. Only events that concern no session
 * may leave the workflow out.
 */
export function refusedAsForeign(event: WebhookEvent, own: OwnDeployment): ForeignRefusal | null {
  if (event.environment !== own.environment) return 'ENVIRONMENT_MISMATCH';
  if (event.applicationId !== own.applicationId) return 'APPLICATION_MISMATCH';
  if (event.sessionId !== null && event.workflowId !== own.workflowId) return 'WORKFLOW_MISMATCH';
  return null;
}
