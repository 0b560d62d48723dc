/** Names with letters of other scripts, which C allows (C11 6.4.2.1) and compilers take as they are. */
import type { DebugProtocol } from '@vscode/debugprotocol';
import { expect, it } from 'vitest';
import { buildImage, C_ENTRY } from './support/build-image.ts';
import { lineOf } from './support/session.ts';
import { testedAdapter } from './support/tested-adapter.ts';

const tested = testedAdapter();

const SOURCE = `${C_ENTRY}
struct ünï { int ñ; struct ünï *nächster; } ω = {3, &ω};
int größe = 42, 変数 = 7, 𝑥 = 1;
__attribute__((noinline)) void erhöhe(int größer) { größe += größer; /* here */ }
void kmain(void) { erhöhe(変数 + 𝑥); }`;

it('are names in expressions, conditions, log points, completions and breakpoints', async () => {
  const kernel = buildImage(tested.bundle, 'unicode', SOURCE, { suffix: '.c', flags: ['-O0'] });
  const source = tested.bundle.file('unicode.c');
  const session = await tested.open();
  await session.launch({ kernel, stopOnEntry: true });
  await session.stop();
  const { client } = session;
  const line = lineOf(source, '/* here */');
  const { body } = await client.setBreakpointsRequest({
    source: { path: source },
    breakpoints: [
      { line, logMessage: 'größe={größe} 変数={変数}' },
      { line, condition: 'größer == 変数 + 𝑥' },
    ],
  });
  expect(body.breakpoints).toMatchObject([{ verified: true }, { verified: true }]);
  const functions = await client.setFunctionBreakpointsRequest({ breakpoints: [{ name: 'erhöhe' }] });
  expect(functions.body.breakpoints).toMatchObject([{ verified: true }]);
  await session.go('continue');
  expect(await session.where()).toMatch(/^erhöhe /);
  expect(await session.evaluate('größe + ω.ñ')).toBe('45');
  expect(await session.evaluate('ω.nächster->nächster->ñ')).toBe('3');
  expect(await session.evaluate('unicode.c::größe')).toBe('42');
  expect(await session.evaluate('sizeof(struct ünï)')).toBe('8');
  expect(await session.evaluate('ω.ñ = 5', { context: 'repl' })).toBe('5');
  await expect(session.evaluate('größe → 1')).rejects.toThrow('"→" begins nothing');
  const complete = async (text: string) =>
    (await client.completionsRequest({ text, column: text.length + 1 })).body.targets.map(
      ({ label }) => label,
    );
  expect(await complete('ω.n')).toEqual(['nächster']);
  expect(await complete('größ')).toEqual(expect.arrayContaining(['größe']));
  const [global] = (await session.scope('Globals')).filter(({ name }) => name === 'ω');
  const { variables } = (await client.variablesRequest({ variablesReference: global!.variablesReference }))
    .body;
  expect(variables.map(({ evaluateName }) => evaluateName)).toEqual(['ω.ñ', 'ω.nächster']);
  const output = session.messages
    .filter((one): one is DebugProtocol.OutputEvent => one.type === 'event')
    .map(({ body }) => (body as { output?: string } | undefined)?.output ?? '');
  expect(output.join('')).toContain('größe=42 変数=7');
});
