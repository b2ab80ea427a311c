import { type ValidationError, validateSync } from 'class-validator';
import { FIELD, type Shape, type ShapeField, type WireClass, isRecord, shapeOf } from '../fields';
import { FIELD_ERRORS_MAX, type FieldError, fieldError } from '../rules/field-error';
import { nearName } from './near-name';
import { safeName } from './safe-name';

export interface ShapeOptions {
  /** `closed`: fields that the class does not know are refused. `open`: they are ignored. */
  readonly fields: 'closed' | 'open';
  /** What to say of an unknown field (its path) beyond the usual. */
  readonly wordUnknown?: (path: string) => string | null;
}

const join = (path: string, name: string): string => (path === '' ? name : `${path}.${name}`);

/**
 * Checks a parsed body against its class. Only what the class declares ever reaches the validator, as own fields of a fresh instance:
 * fields named `constructor` or `__proto__` cannot lead it to another class's rules.
 */
export function checkShape(wireClass: WireClass, body: unknown, options: ShapeOptions): FieldError[] {
  if (!isRecord(body)) return [{ field: '', message: 'The body must be a JSON object.' }];
  const shape = shapeOf(wireClass);
  const unknown: FieldError[] = [];
  const instance = hydrate(body, shape, '', options, unknown);
  const found = validateSync(instance, { forbidUnknownValues: true, validationError: { target: false } });
  const errors = [...unknown];
  for (const error of found) word(error, '', shape, errors);
  return errors.slice(0, FIELD_ERRORS_MAX);
}

function hydrate(value: Record<string, unknown>, shape: Shape, path: string, options: ShapeOptions, unknown: FieldError[]): object {
  const instance = Object.create(shape.wireClass.prototype as object) as Record<string, unknown>;
  if (options.fields === 'closed') {
    for (const name of Object.keys(value)) if (!shape.fields.has(name)) unknown.push(wordUnknownField(name, path, shape, options));
  }
  for (const { name, rule } of shape.fields.values()) {
    if (!Object.hasOwn(value, name)) continue;
    const content = value[name];
    instance[name] = rule.part === undefined ? content : hydrateParts(content, shapeOf(rule.part()), join(path, name), options, unknown);
  }
  return instance;
}

function hydrateParts(content: unknown, shape: Shape, path: string, options: ShapeOptions, unknown: FieldError[]): unknown {
  if (isRecord(content)) return hydrate(content, shape, path, options, unknown);
  if (!Array.isArray(content)) return content;
  return content.map((item: unknown, i) => (isRecord(item) ? hydrate(item, shape, `${path}[${i}]`, options, unknown) : item));
}

function wordUnknownField(name: string, path: string, shape: Shape, { wordUnknown }: ShapeOptions): FieldError {
  const shown = safeName(name);
  if (shown === null) return { field: path, message: `${path === '' ? 'The body' : path} has a field that the contract does not know: remove it.` };
  const field = join(path, shown);
  const special = wordUnknown?.(field) ?? null;
  if (special !== null) return fieldError(field, special);
  const near = nearName(name, shape.fields.keys());
  return fieldError(field, near === null ? 'is no field of the contract: remove it' : `is no field of the contract: did you mean ${join(path, near)}`);
}

/** Class-validator's tree of errors as a flat list in our words. */
function word(error: ValidationError, path: string, shape: Shape, errors: FieldError[]): void {
  const described = shape.fields.get(error.property);
  if (described === undefined) throw new Error(`class-validator reports a field that ${shape.wireClass.name} does not describe`);
  const field = join(path, error.property);
  if (error.constraints?.[FIELD] !== undefined) {
    errors.push(fieldError(field, wordCure(described, error.value)));
    return;
  }
  const { part, list } = described.rule;
  if (part === undefined) return;
  const partShape = shapeOf(part());
  for (const child of error.children ?? []) {
    if (list === true) for (const item of child.children ?? []) word(item, `${field}[${child.property}]`, partShape, errors);
    else word(child, field, partShape, errors);
  }
}

function wordCure({ rule, presence }: ShapeField, value: unknown): string {
  if (value === undefined) return `is missing: it ${rule.cure}`;
  if (value === null) return presence.optional ? 'is null: leave the field out instead' : `is null: it ${rule.cure}`;
  if (typeof value === 'number' && rule.cureOfNumber !== undefined) return `is a JSON number: ${rule.cureOfNumber}`;
  return rule.cure;
}
