/**
 * Checks the arguments of a request against their JSON schema in `protocol.schema.json`, which is made of the TypeScript types
 * (`npm run schemas`): what a handler gets has the type that it says.
 */
import { AdapterError } from './errors.ts';
import { say } from '../core/sentences/say.ts';
import { checkValue, type Definitions, Mismatch, type Schema } from './json-schema.ts';
import type { Command, Requests } from './protocol.ts';
import schemas from './protocol.schema.json' with { type: 'json' };

const requests = schemas.requests as Readonly<Record<string, { readonly arguments?: Schema }>>;

/** @throws AdapterError that names the first field which is not what it must be */
export function checkArguments<C extends Command>(command: C, given: unknown): Requests[C]['arguments'] {
  const schema = requests[command]?.arguments;
  if (!schema) return {} as Requests[C]['arguments'];
  try {
    return checkValue(schema, given ?? {}, schemas.$defs as Definitions) as Requests[C]['arguments'];
  } catch (error) {
    if (!(error instanceof Mismatch)) throw error;
    throw new AdapterError('bad-request', say`The request ${command} needs ${error.sentence}.`);
  }
}
