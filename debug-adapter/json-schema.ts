/**
 * Values against JSON schemas: the keywords that `npm run schemas` writes, no others. A value that passes has the TypeScript type
 * that its schema is made of.
 */
import { type Said, say, type Sentence, tell } from '../core/sentences/say.ts';

export interface Schema {
  readonly type?: string;
  readonly required?: readonly string[];
  readonly properties?: Readonly<Record<string, Schema>>;
  readonly additionalProperties?: Schema;
  readonly items?: Schema;
  readonly enum?: readonly unknown[];
  readonly anyOf?: readonly Schema[];
  readonly minimum?: number;
  readonly maximum?: number;
  readonly $ref?: string;
}

/** Deeper than any message of the protocol: a list of sources within sources ends here. */
const MAX_DEPTH = 32;

const AN_OBJECT = say`an object`;
const A_LIST = say`a list`;
const NAMES: Readonly<Record<string, Said>> = {
  string: say`a string`,
  integer: say`a whole number`,
  number: say`a number`,
  boolean: say`true or false`,
  object: AN_OBJECT,
  array: A_LIST,
  null: 'null',
};
const oneOf = (values: readonly unknown[]): Sentence =>
  say`one of ${values.map((word) => JSON.stringify(word)).join(', ')}`;
const anyOf = (expected: readonly Said[]): Said => expected.reduce((before, one) => say`${before} or ${one}`);

/** Schemas that are named, for those that contain themselves. */
export type Definitions = Readonly<Record<string, Schema>>;

/** What a value should have been, and where in the arguments it is. */
export class Mismatch extends Error {
  constructor(
    readonly path: string,
    readonly expected: Said,
    readonly value: unknown,
  ) {
    super(tell(say`${expected}`));
  }

  /** `"lines[2]" as a whole number, but it is "x"` */
  get sentence(): Sentence {
    const what = this.path === '' ? say`its arguments` : `"${this.path}"`;
    const found = this.value === undefined ? say`it is not there` : say`it is ${nameOf(this.value)}`;
    return say`${what} as ${this.expected}, but ${found}`;
  }
}

/**
 * @returns the value without optional fields that are null: clients whose language has no "absent" send these
 * @throws Mismatch for the first thing that is not what it must be
 */
export function checkValue(schema: Schema, value: unknown, definitions: Definitions): unknown {
  return check(definitions, schema, value, '', 0);
}

function nameOf(value: unknown): Said {
  if (value === null) return 'null';
  if (Array.isArray(value)) return A_LIST;
  if (typeof value === 'object') return AN_OBJECT;
  const text = JSON.stringify(value);
  return text.length > 40 ? say`a long ${typeof value}` : text;
}

/** Every request comes by, mostly in an engine that is cold: plain loops, and no objects that only carry parameters. */
function check(
  definitions: Definitions,
  schema: Schema,
  value: unknown,
  path: string,
  depth: number,
): unknown {
  if (depth > MAX_DEPTH) throw new Mismatch(path, say`something less deep`, value);
  if (schema.$ref !== undefined) {
    const name = schema.$ref.slice(schema.$ref.lastIndexOf('/') + 1);
    return check(definitions, definitions[name] ?? {}, value, path, depth);
  }
  if (schema.anyOf) return checkAny(definitions, schema.anyOf, value, path, depth);
  if (schema.enum && !schema.enum.includes(value)) throw new Mismatch(path, oneOf(schema.enum), value);
  if (schema.type === 'object') return checkObject(definitions, schema, value, path, depth);
  if (schema.type === 'array') {
    if (!Array.isArray(value)) throw new Mismatch(path, A_LIST, value);
    return value.map((item, n) => check(definitions, schema.items ?? {}, item, `${path}[${n}]`, depth + 1));
  }
  if (schema.type !== undefined && !isOf(schema, value)) throw new Mismatch(path, expectation(schema), value);
  return value;
}

function isOf({ type, minimum = -Infinity, maximum = Infinity }: Schema, value: unknown): boolean {
  if (type === 'integer')
    return Number.isSafeInteger(value) && (value as number) >= minimum && (value as number) <= maximum;
  return type === 'null' ? value === null : typeof value === type;
}

/** Is it a number, a text or a truth value that the schema has nothing more to say about? Most fields are. */
function isPlainly(schema: Schema, value: unknown): boolean {
  const { type, anyOf, $ref } = schema;
  if (type === undefined || type === 'object' || type === 'array') return false;
  return schema.enum === undefined && anyOf === undefined && $ref === undefined && isOf(schema, value);
}

function expectation({ type = '', minimum, maximum }: Schema): Said {
  const name = NAMES[type] ?? type;
  return minimum !== undefined && maximum !== undefined ? say`${name} from ${minimum} to ${maximum}` : name;
}

function checkAny(
  definitions: Definitions,
  schemas: readonly Schema[],
  value: unknown,
  path: string,
  depth: number,
): unknown {
  const expected: Said[] = [];
  for (const schema of schemas) {
    try {
      return check(definitions, schema, value, path, depth + 1);
    } catch (error) {
      if (!(error instanceof Mismatch)) throw error;
      expected.push(error.expected);
    }
  }
  throw new Mismatch(path, anyOf(expected), value);
}

const NO_NAMES: readonly string[] = [];
const NO_FIELDS: NonNullable<Schema['properties']> = {};

function checkObject(
  definitions: Definitions,
  schema: Schema,
  value: unknown,
  path: string,
  depth: number,
): object {
  if (typeof value !== 'object' || value === null || Array.isArray(value))
    throw new Mismatch(path, AN_OBJECT, value);
  const { required = NO_NAMES, properties = NO_FIELDS, additionalProperties } = schema;
  const fields = value as Readonly<Record<string, unknown>>;
  const within = (name: string) => (path === '' ? name : `${path}.${name}`);
  for (const name of required) {
    const found = Object.hasOwn(fields, name) ? fields[name] : undefined;
    if (found === undefined) throw new Mismatch(within(name), expectationOf(properties[name]), undefined);
  }
  const checked: Record<string, unknown> = {};
  for (const name of Object.keys(fields)) {
    const field = fields[name];
    const known = Object.hasOwn(properties, name) ? properties[name] : undefined;
    if (field === undefined || (field === null && known && !required.includes(name))) continue;
    // A launch has fields of its own, and a field of this name would be no field.
    if (name === '__proto__') continue;
    const wanted = known ?? additionalProperties;
    checked[name] =
      wanted === undefined || isPlainly(wanted, field)
        ? field
        : check(definitions, wanted, field, within(name), depth + 1);
  }
  return checked;
}

/** What a field that is missing should be. */
function expectationOf(schema: Schema = {}): Said {
  if (schema.$ref !== undefined) return AN_OBJECT;
  if (schema.anyOf) return anyOf(schema.anyOf.map(expectationOf));
  if (schema.enum) return oneOf(schema.enum);
  return expectation(schema);
}
