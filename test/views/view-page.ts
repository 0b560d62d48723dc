/**
 * The pages of views in a real browser, in front of a real debug adapter: what the extension does between them is done here, with
 * the page, the policy and the messages of the extension.
 */
import { mkdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { build } from 'esbuild';
import { chromium, type Browser, type Page } from 'playwright-core';
import type { FromView, Place, SelectedMachine, ToView } from '../../extension/views/messages.ts';
import { pageHtml } from '../../extension/views/page-html.ts';
import { root } from '../dap/support/bundle.ts';
import type { Session } from '../dap/support/session.ts';
import { themeStyle, type ThemeName } from './themes.ts';

const ORIGIN = 'http://views.test';
const ARGS = ['--no-sandbox', '--disable-gpu', '--no-first-run', '--disable-background-networking'];
const SHOTS = join(root, 'out/screenshots');

export const startBrowser = (): Promise<Browser> =>
  chromium.launch({ executablePath: '/usr/bin/chromium', headless: true, args: ARGS });

/** A view as a test sees it. */
export interface View {
  readonly page: Page;
  /** Where the view has asked to lead the user. */
  readonly opened: Place[];
  /** Errors of the page, and what its policy refused. */
  readonly errors: string[];
  /** Tells the view which machine is selected. */
  select(machine: SelectedMachine | undefined): Promise<void>;
  reveal(memoryReference: string): Promise<void>;
  /** What the page has kept. */
  state(): Promise<unknown>;
  shot(name: string): Promise<void>;
  close(): Promise<void>;
}

export interface ViewOptions {
  readonly theme?: ThemeName;
  /** Of the view, in CSS pixels: those of a panel if absent. */
  readonly width?: number;
  readonly height?: number;
  /** What the page has kept, the last time. */
  readonly state?: unknown;
  /** Translations by English text. */
  readonly texts?: Readonly<Record<string, string>>;
}

/** Builds the pages into memory. */
export async function buildPages(names: readonly string[]): Promise<Map<string, string>> {
  const { outputFiles } = await build({
    absWorkingDir: root,
    entryPoints: names.map((name) => `extension/webview/${name}.ts`),
    bundle: true,
    write: false,
    outdir: 'pages',
    format: 'iife',
    target: 'es2022',
    logLevel: 'error',
  });
  return new Map(outputFiles.map(({ path, text }) => [path.replace(/^.*\//, ''), text]));
}

const json = (value: unknown): unknown => JSON.parse(JSON.stringify(value) ?? 'null');

/** Opens a view. @param session answers what the view asks */
export async function openView(
  browser: Browser,
  pages: ReadonlyMap<string, string>,
  name: string,
  session: Pick<Session, 'client'>,
  { theme = 'dark', width = 1180, height = 360, state: before, texts = {} }: ViewOptions = {},
): Promise<View> {
  const page = await browser.newPage({ viewport: { width, height } });
  const [opened, errors]: [Place[], string[]] = [[], []];
  page.on('pageerror', (error) => void errors.push(error.message));
  page.on('console', (message) => message.type() === 'error' && errors.push(message.text()));
  const html = pageHtml({
    script: `${ORIGIN}/${name}.js`,
    style: `${ORIGIN}/${name}.css`,
    sources: ORIGIN,
    language: 'en',
    texts,
  }).replace('<link', `<link rel="stylesheet" href="${ORIGIN}/theme.css"><link`);
  const files = new Map([...pages, ['index.html', html], ['theme.css', themeStyle(theme)]]);
  await page.route(`${ORIGIN}/**`, async (route) => {
    const file = new URL(route.request().url()).pathname.slice(1);
    const body = files.get(file);
    const type = { html: 'text/html', js: 'text/javascript', css: 'text/css' }[file.split('.').pop() ?? ''];
    await route.fulfill(body === undefined ? { status: 404 } : { body, contentType: type ?? 'text/plain' });
  });
  const post = (message: ToView) =>
    page.evaluate((data) => dispatchEvent(new MessageEvent('message', { data })), json(message));
  let ready: () => void;
  const listening = new Promise<void>((resolve) => (ready = resolve));
  await page.exposeFunction('fromView', async (message: FromView) => {
    if (message.kind === 'ready') ready();
    else if (message.kind === 'open') opened.push(message.place);
    else
      await session.client.customRequest(message.command, message.arguments).then(
        ({ body }) => post({ kind: 'answer', id: message.id, body: body as unknown }),
        (error: Error) => post({ kind: 'failure', id: message.id, message: error.message }),
      );
  });
  await page.addInitScript((kept) => {
    let state: unknown = kept;
    Object.assign(globalThis, {
      acquireVsCodeApi: () => ({
        postMessage: (message: unknown) =>
          void (globalThis as unknown as { fromView(message: unknown): void }).fromView(message),
        getState: () => state,
        setState: (value: unknown) => (state = value),
      }),
      keptState: () => state,
    });
  }, json(before));
  await page.goto(`${ORIGIN}/index.html`);
  await listening;
  return {
    page,
    opened,
    errors,
    select: (machine) => post({ kind: 'machine', machine }).then(() => undefined),
    reveal: (memoryReference) => post({ kind: 'reveal', memoryReference }).then(() => undefined),
    state: () => page.evaluate(() => (globalThis as unknown as { keptState(): unknown }).keptState()),
    async shot(shot) {
      mkdirSync(SHOTS, { recursive: true });
      await page.waitForTimeout(150); // a frame to draw in
      await page.screenshot({ path: join(SHOTS, `view-${shot}.png`) });
    },
    close: () => page.close(),
  };
}

/** Problems that axe finds, as sentences. */
export async function accessibilityProblems({ page }: View): Promise<string[]> {
  // Playwright evaluates outside of the page's policy.
  await page.evaluate(readFileSync(join(root, 'node_modules/axe-core/axe.min.js'), 'utf8'));
  const violations = await page.evaluate(async () => {
    const { axe } = globalThis as unknown as {
      axe: { run(): Promise<{ violations: { id: string; help: string; nodes: { html: string }[] }[] }> };
    };
    return (await axe.run()).violations;
  });
  return violations.map(
    ({ id, help, nodes }) => `${id}: ${help}: ${nodes.map((node) => node.html).join(' ')}`,
  );
}
