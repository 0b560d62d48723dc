/** The views in another language: every text of theirs is translated, and there is room for longer ones. */
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { root } from '../dap/support/bundle.ts';
import { type Fixture, startFixture } from './view-fixture.ts';
import type { View } from './view-page.ts';

/** A language that nobody speaks: texts are marked, and a third longer than the English ones. */
function pseudo(english: string): string {
  const words = '~'.repeat(Math.ceil(english.length / 3));
  return `⟦${english}${words}⟧`;
}
const bundle = JSON.parse(readFileSync(join(root, 'l10n/bundle.l10n.json'), 'utf8')) as Record<
  string,
  string
>;
const texts = Object.fromEntries(Object.keys(bundle).map((english) => [english, pseudo(english)]));

/** What a user sees or hears of a view without being translated, but for what the machine says: names, values, code. */
const untranslated = ({ page }: View): Promise<string[]> =>
  page.evaluate(() => {
    const isText = (text: string | null) => text !== null && /[a-z]{3}/i.test(text) && !text.includes('⟦');
    const found = new Set<string>();
    for (const element of document.querySelectorAll('*'))
      for (const name of ['aria-label', 'title', 'placeholder', 'alt']) {
        const text = element.getAttribute(name);
        if (isText(text) && !element.matches('.bit, .bits *')) found.add(`${name}: ${text ?? ''}`);
      }
    const machine =
      '.code, .link, .bit, .vectors *, .row *, .registers *, table td, table th[scope=row], .aside h2';
    for (const element of document.querySelectorAll('button, h1, h2, th, label, caption, .message, .quiet'))
      if (!element.matches(machine) && !element.closest('.row, .registers, .bits'))
        for (const node of element.childNodes)
          if (node.nodeType === Node.TEXT_NODE && isText(node.textContent))
            found.add(node.textContent!.trim());
    return [...found];
  });

/** Names of the machine and its manual, in every language the same. */
const SAME =
  /^(?:aria-label: )?(?:[A-Z_]{3,}$|\.[a-z]+$|0x|host kernel|guest \d|kernel|rw[x-]|r-[x-]|GDT|LDT|IDT|TSS|DPL|MSRs|CR3 |General|Segments|Control|Debug|System|[a-z0-9_]+ at )/;

describe('in another language', () => {
  const names = ['rings', 'switches', 'address-space', 'memory', 'processor', 'traffic'];
  let fixture: Fixture;
  beforeAll(async () => {
    fixture = await startFixture(names);
  });
  afterAll(() => fixture.close());

  it.each(names)('the view %s is translated as a whole', async (name) => {
    const view = await fixture.open(name, { texts });
    await view.select(fixture.machine);
    const { page } = view;
    await page.getByText('⟦').first().waitFor();
    await page.waitForTimeout(500);
    await view.shot(`${name}-pseudo`);
    expect((await untranslated(view)).filter((text) => !SAME.test(text))).toEqual([]);
    // Longer texts may wrap; nothing is pushed out of the window.
    expect(await page.evaluate(() => document.documentElement.scrollWidth - innerWidth)).toBeLessThanOrEqual(
      0,
    );
    await view.close();
  });
});
