import type { Action } from '../events/actions';
import type { ScaRequestedV1 } from '../events/wire';
import { type FieldError, fieldError } from './field-error';

/** What the payer would otherwise not be told: risky actions whose payment does not say it. */
const NEEDS_WORDS: ReadonlySet<Action> = new Set<Action>([
  'tokenise_instrument',
  'device_enrolment',
  'portrait_replace',
  'change_contact_details',
  'change_password',
  'raise_limit',
  'other_risky_remote_action',
]);

export const descriptionFitsAction = ({ action, description }: ScaRequestedV1): FieldError[] =>
  NEEDS_WORDS.has(action) && description === undefined ? [fieldError('description', 'is missing: say in at most 140 characters what the payer approves')] : [];
