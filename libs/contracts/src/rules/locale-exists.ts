import type { ScaRequestedV1 } from '../events/wire';
import { type FieldError, fieldError } from './field-error';

/** BCP 47 has a grammar that a pattern only approximates. */
export function localeExists({ payer: { locale } }: ScaRequestedV1): FieldError[] {
  if (locale === undefined) return [];
  try {
    Intl.getCanonicalLocales(locale);
    return [];
  } catch {
    return [fieldError('payer.locale', 'must be a BCP 47 language tag, for example "en" or "pt-BR"')];
  }
}
