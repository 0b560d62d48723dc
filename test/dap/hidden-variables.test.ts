/** Variables that an inner one of their name hides: they are listed, can be told apart, looked at and set. */
import { beforeAll, describe, expect, it } from 'vitest';
import { buildImage, C_ENTRY } from './support/build-image.ts';
import { lineOf, type Session } from './support/session.ts';
import { testedAdapter } from './support/tested-adapter.ts';

const tested = testedAdapter();
let session: Session;
let kernel: string;
let file: string;

const source = `${C_ENTRY}
struct pair { int a, b; };
volatile int sum;

void takes(int n, /* n */
	struct pair p) /* p */
{
	sum = n;
	for (int i = 0; i < 2; i++) {
		int n = 10 + i; /* inner n */
		if (n) {
			int n = 20, p = 3; /* innermost */
			sum = n + p; /* here */
		}
	}
}

void kmain(void)
{
	struct pair pair = { 7, 8 };

	takes(5, pair);
}
`;

beforeAll(async () => {
  kernel = buildImage(tested.bundle, 'hidden', source, { suffix: '.c' });
  file = tested.bundle.file('hidden.c');
});

const line = (text: string) => lineOf(file, text);

async function atInnermost(): Promise<void> {
  session = await tested.open();
  await session.launch({ kernel, breakpoints: [[file, line('/* here */')]] });
  await session.stop();
}

describe('a variable that an inner one of its name hides', () => {
  it('is in the list of its kind, with the line of its declaration', async () => {
    await atInnermost();
    const rows = async (scope: string) =>
      (await session.scope(scope)).map(({ name, value }) => `${name} = ${value}`);
    expect(await rows('Arguments')).toEqual([
      `n @${line('/* n */')} = 5`,
      `p @${line('/* p */')} = {a=7, b=8}`,
    ]);
    expect(await rows('Locals')).toEqual(['n = 20', 'p = 3', `n @${line('/* inner n */')} = 10`, 'i = 0']);
    expect(await session.evaluate('n')).toBe('20');
  });

  it('has an expression, unfolds and can be set', async () => {
    await atInnermost();
    const [n, p] = await session.scope('Arguments');
    expect(await session.evaluate(n!.evaluateName!)).toBe('5');
    const { body } = await session.client.variablesRequest({ variablesReference: p!.variablesReference });
    const b = body.variables.find(({ name }) => name === 'b')!;
    expect(await session.evaluate(b.evaluateName!)).toBe('8');
    const [frame] = await session.stack();
    const { scopes } = (await session.client.scopesRequest({ frameId: frame!.id })).body;
    const { variablesReference } = scopes.find(({ name }) => name === 'Arguments')!;
    await session.client.setVariableRequest({ variablesReference, name: n!.name, value: '6' });
    expect((await session.scope('Arguments'))[0]).toMatchObject({ name: n!.name, value: '6' });
    expect(await session.evaluate('n')).toBe('20');
  });

  it('has its own name in the name of a frame', async () => {
    await atInnermost();
    const { body } = await session.client.stackTraceRequest({
      threadId: 1,
      format: { parameters: true, parameterNames: true, parameterValues: true },
    });
    expect(body.stackFrames[0]!.name).toBe('takes(n=5, p={a=7, b=8})');
  });
});
