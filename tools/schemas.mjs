// `npm run schemas`: JSON schemas of the adapter's requests and events from their TypeScript types (debug-adapter/protocol.ts,
// custom-protocol.ts). They go into debug-adapter/protocol.schema.json, by which the adapter checks what clients send, and, for
// `colinux/…`, into docs/protocol.md behind marks like <!-- schema: colinux/power arguments -->. With --check nothing is
// written: a file that is not current is an error.
//
// Numbers are integers, unless a property's comment has the tag @fractions; its tags @minimum, @maximum and @pattern become keywords.
import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import * as prettier from 'prettier';
import ts from 'typescript';

const root = fileURLToPath(new URL('..', import.meta.url));
const SOURCE = join(root, 'debug-adapter/protocol.ts');
const SCHEMA = join(root, 'debug-adapter/protocol.schema.json');
const DOCUMENT = join(root, 'docs/protocol.md');

const program = ts.createProgram([SOURCE], {
  strict: true,
  exactOptionalPropertyTypes: true,
  target: ts.ScriptTarget.ES2022,
  module: ts.ModuleKind.ESNext,
  moduleResolution: ts.ModuleResolutionKind.Bundler,
  allowImportingTsExtensions: true,
  noEmit: true,
});
const checker = program.getTypeChecker();
const source = program.getSourceFile(SOURCE);
/** Schemas of types that refer to themselves. */
const definitions = {};
const underway = new Set();

const has = (type, flag) => (type.flags & flag) !== 0;
const typeOf = (property) => checker.getTypeOfSymbol(property);

const maybeUndefined = (type) =>
  type.isUnion() && type.types.some((member) => has(member, ts.TypeFlags.Undefined));

function keywords(property) {
  const found = {};
  for (const { name, text } of property.getJsDocTags(checker)) {
    const value = ts.displayPartsToString(text);
    if (name === 'minimum' || name === 'maximum') found[name] = Number(value);
    if (name === 'pattern') found.pattern = value;
  }
  return found;
}

const isFractional = (property) => property.getJsDocTags(checker).some(({ name }) => name === 'fractions');
const withFractions = (schema) =>
  schema.type === 'array' ? { ...schema, items: withFractions(schema.items) } : { ...schema, type: 'number' };

function describe(property) {
  const text = ts.displayPartsToString(property.getDocumentationComment(checker)).replace(/\s+/g, ' ');
  return text ? { description: text } : {};
}

function objectSchema(type, described) {
  const required = [];
  const properties = {};
  for (const property of checker.getPropertiesOfType(type)) {
    const { name } = property;
    if ((property.flags & ts.SymbolFlags.Optional) === 0 && !maybeUndefined(typeOf(property)))
      required.push(name);
    const schema = schemaOf(typeOf(property), described);
    const kind = isFractional(property) ? withFractions(schema) : schema;
    properties[name] = { ...(described && describe(property)), ...kind, ...keywords(property) };
  }
  const index = checker.getIndexInfoOfType(type, ts.IndexKind.String);
  return {
    type: 'object',
    ...(required.length > 0 && { required }),
    ...(Object.keys(properties).length > 0 && { properties }),
    ...(index && { additionalProperties: schemaOf(index.type, described) }),
  };
}

function unionSchema(type, described) {
  const members = type.types.filter((member) => !has(member, ts.TypeFlags.Undefined));
  if (members.every((member) => member.isStringLiteral() || member.isNumberLiteral()))
    return { enum: members.map(({ value }) => value) };
  if (members.every((member) => has(member, ts.TypeFlags.BooleanLiteral))) return { type: 'boolean' };
  const schemas = members
    .filter((member) => !has(member, ts.TypeFlags.BooleanLiteral))
    .map((member) => schemaOf(member, described));
  if (schemas.length < members.length) schemas.push({ type: 'boolean' });
  return schemas.length === 1 ? schemas[0] : { anyOf: schemas };
}

function schemaOf(type, described) {
  if (has(type, ts.TypeFlags.Any | ts.TypeFlags.Unknown)) return {};
  if (has(type, ts.TypeFlags.Null)) return { type: 'null' };
  if (type.isStringLiteral() || type.isNumberLiteral()) return { enum: [type.value] };
  if (has(type, ts.TypeFlags.StringLike)) return { type: 'string' };
  if (has(type, ts.TypeFlags.NumberLike)) return { type: 'integer' };
  if (has(type, ts.TypeFlags.Boolean)) return { type: 'boolean' };
  if (type.isUnion()) return unionSchema(type, described);
  if (checker.isTupleType(type)) {
    const items = checker.getTypeArguments(type).map((item) => schemaOf(item, described));
    return { type: 'array', prefixItems: items, minItems: items.length };
  }
  if (checker.isArrayType(type))
    return { type: 'array', items: schemaOf(checker.getTypeArguments(type)[0], described) };
  const name = type.aliasSymbol?.name ?? type.symbol?.name ?? '__type';
  if (definitions[name] !== undefined) return { $ref: `#/$defs/${name}` };
  if (underway.has(type)) {
    definitions[name] = {};
    return { $ref: `#/$defs/${name}` };
  }
  underway.add(type);
  const schema = objectSchema(type, described);
  underway.delete(type);
  if (definitions[name] === undefined) return schema;
  definitions[name] = schema;
  return { $ref: `#/$defs/${name}` };
}

/** The properties of an interface of the source file, inherited ones too. */
function membersOf(name) {
  const found = source.statements.find((node) => ts.isInterfaceDeclaration(node) && node.name.text === name);
  return checker.getPropertiesOfType(checker.getTypeAtLocation(found));
}

const own = (name) => name.startsWith('colinux/');
const given = (type) => !has(type, ts.TypeFlags.Undefined | ts.TypeFlags.Never);
const requests = {};
for (const { name, ...rest } of membersOf('Requests').map((symbol) => ({ name: symbol.name, symbol }))) {
  requests[name] = {};
  for (const part of own(name) ? ['arguments', 'body'] : ['arguments']) {
    const type = checker.getNonNullableType(typeOf(checker.getPropertyOfType(typeOf(rest.symbol), part)));
    if (given(type)) requests[name][part] = schemaOf(type, own(name));
  }
}
const events = {};
for (const symbol of membersOf('Events').filter(({ name }) => own(name))) {
  events[symbol.name] = { body: schemaOf(typeOf(symbol), true) };
}
const schemas = { requests, events, $defs: definitions };

const style = await prettier.resolveConfig(SCHEMA);
const format = (text, filepath) => prettier.format(text, { ...style, filepath });

/** The document with each marked schema renewed. */
function withSchemas(text) {
  const told = new Set();
  const renewed = text.replace(
    /<!-- schema: (\S+) (\w+) -->\n\n```json\n[\s\S]*?```/g,
    (_all, name, part) => {
      const schema = (requests[name] ?? events[name])?.[part];
      if (!schema) throw new Error(`docs/protocol.md marks ${name} ${part}, which has no schema.`);
      told.add(`${name} ${part}`);
      const json = JSON.stringify(schema);
      return `<!-- schema: ${name} ${part} -->\n\n\`\`\`json\n${json}\n\`\`\``;
    },
  );
  for (const [name, parts] of Object.entries({ ...requests, ...events }))
    for (const part of own(name) ? Object.keys(parts) : [])
      if (!told.has(`${name} ${part}`))
        throw new Error(`docs/protocol.md has no mark <!-- schema: ${name} ${part} -->.`);
  return renewed;
}

const results = [
  [SCHEMA, await format(JSON.stringify(schemas), SCHEMA)],
  [DOCUMENT, await format(withSchemas(readFileSync(DOCUMENT, 'utf8')), DOCUMENT)],
];
for (const [file, text] of results) {
  let before = '';
  try {
    before = readFileSync(file, 'utf8');
  } catch {
    // It is made now.
  }
  if (before === text) continue;
  if (process.argv.includes('--check')) {
    process.stderr.write(`${file} is not current: run npm run schemas\n`);
    process.exitCode = 1;
  } else writeFileSync(file, text);
}
