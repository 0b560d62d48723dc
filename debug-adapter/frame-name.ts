/**
 * The name of a frame as a client asks for it (DAP `StackFrameFormat`): `hello.elf!greet(const char *name=0xc0105000) Line 60`.
 */
import type { DebugProtocol } from '@vscode/debugprotocol';
import { say, type Sentence, verbatim } from '../core/sentences/say.ts';
import type { Inspection } from './inspection.ts';
import type { Frame } from './frame.ts';
import { sourceName } from './visible-variables.ts';

/** Most parameters in a name. */
const MAX_PARAMETERS = 32;

export async function frameName(
  inspection: Inspection,
  frame: Frame,
  format: DebugProtocol.StackFrameFormat,
): Promise<Sentence> {
  const module = format.module && frame.resolved ? `${frame.resolved.image.name}!` : '';
  const parameters = format.parameters ? `(${await parametersOf(inspection, frame, format)})` : '';
  const name = `${module}${frame.name}${parameters}`;
  return format.line && frame.position ? say`${name} Line ${frame.position.line}` : verbatim(name);
}

async function parametersOf(
  inspection: Inspection,
  frame: Frame,
  { hex = false, parameterTypes, parameterNames, parameterValues }: DebugProtocol.StackFrameFormat,
): Promise<string> {
  const scope = (await inspection.scopes(frame)).find(
    ({ presentationHint }) => presentationHint === 'arguments',
  );
  if (!scope) return '';
  const { variablesReference } = scope;
  const variables = await inspection.variables({
    variablesReference,
    count: MAX_PARAMETERS,
    format: { hex },
  });
  return variables
    .map(({ name, type = '', value }) => {
      const declared = [parameterTypes && type, parameterNames && sourceName(name)].filter(Boolean).join(' ');
      return [declared, parameterValues && value].filter(Boolean).join('=');
    })
    .join(', ');
}
