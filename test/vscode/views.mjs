// The views of the machine in a real VS Code, while the sample is stopped in kmain: each shows what it should, and what is
// clicked in it leads there.

import { hidden } from './workbench.mjs';

export const PANEL = '.part.panel';

/** The page of a webview view that is in front. */
export async function viewPage({ page }, text) {
  for (let tries = 0; tries < 60; tries++) {
    for (const frame of page.frames()) {
      const found = await frame
        .locator('#view', { hasText: text })
        .count()
        .catch(() => 0);
      if (found > 0) return frame;
    }
    await page.waitForTimeout(500);
  }
  throw new Error(`no view shows "${text}"`);
}

/** Brings a view of the panel to the front by its tab: the window is so wide that every tab has room. */
export async function showView(workbench, name, text) {
  await showTab(workbench, name);
  return viewPage(workbench, text);
}
/** Its name may be followed by its key. */
const tabOf = ({ page }, name) =>
  page.locator(PANEL).getByRole('tab', { name: new RegExp(`^${name}(?: [(]|$)`) });
const showTab = (workbench, name) => tabOf(workbench, name).click();

/** Runs the steps. The editor shows kernel/main.c, the guest is stopped in kmain. */
export async function viewSteps(workbench, step) {
  const { page } = workbench;
  await step('the address space shows regions, a map and a page walk', async () => {
    const view = await showView(workbench, 'Paging', 'Passage page');
    await view.getByLabel('Go to address').fill('&kmain');
    await view.getByLabel('Go to address').press('Enter');
    await view.locator('h2', { hasText: /^0xc010/ }).waitFor();
    await view.getByText('This access is allowed.').waitFor();
    await view.getByRole('heading', { name: 'Who maps this frame' }).waitFor();
    await workbench.shot('view-address-space', PANEL);
  });
  await step('a page walk leads to memory', async () => {
    const view = await viewPage(workbench, 'Passage page');
    await view.getByRole('button', { name: 'Show memory' }).click();
    const memory = await viewPage(workbench, 'follow the virtual address');
    await memory.locator('.byte.selected').first().waitFor();
    await workbench.shot('view-memory', PANEL);
  });
  await step('a variable leads to the memory that it is in, and to its page tables', async () => {
    const row = workbench.variable('megabytes');
    const memory = await viewPage(workbench, 'follow the virtual address');
    const cursor = memory.getByRole('grid', { name: 'Virtual memory' }).locator('.byte.selected');
    const before = await cursor.getAttribute('data-address');
    await workbench.contextMenu(row, 'Show in Memory View');
    await cursor.and(memory.locator(`:not([data-address="${before}"])`)).waitFor();
    const address = Number(await cursor.getAttribute('data-address'));
    await workbench.contextMenu(row, 'Walk Page Tables');
    const walk = await viewPage(workbench, 'Who maps this frame');
    await walk.locator('h2', { hasText: `0x${address.toString(16).padStart(8, '0')}` }).waitFor();
  });
  await step('the processor shows bits, and a table', async () => {
    const view = await showView(workbench, 'CPU', 'eflags');
    await view.getByRole('tab', { name: 'IDT' }).click();
    await view.getByText('0x0e', { exact: true }).waitFor();
    await view.getByRole('tab', { name: 'Registers' }).click();
    await view.getByText('eflags').waitFor();
    await workbench.shot('view-processor', PANEL);
  });
  await step('the rings show entries of handlers', async () => {
    const view = await showView(workbench, 'Rings', 'Entries by vector');
    await view.locator('.row').first().waitFor();
    await workbench.shot('view-rings', PANEL);
  });
  await step('the side bar shows devices and kernels', async () => {
    await page.locator('.pane-header', { hasText: 'Kernels and Tasks' }).first().click();
    await page
      .locator('.tree-explorer-viewlet-tree-view .monaco-list-row', { hasText: 'has the CPU' })
      .waitFor();
    await page
      .locator('.monaco-list-row', { hasText: /^Memory.* MiB free/ })
      .first()
      .waitFor();
    await workbench.until(page.locator('.tab.active', { hasText: 'Log of host kernel' }), () =>
      page
        .locator('.monaco-list-row', { hasText: /^Kernel log/ })
        .first()
        .click(),
    );
    await page.locator('.view-line', { hasText: 'guest0 starts with' }).waitFor();
    await workbench.closeEditor();
    await workbench.command('coLinux: Open Kernel Log');
    // The sample guest, which is selected, keeps no log.
    const none = page.locator('.notification-toast', {
      hasText: 'Nothing is known of the log of this kernel',
    });
    await none.waitFor();
    await workbench.command('Notifications: Clear All Notifications');
    await page.locator('.pane-header', { hasText: 'Devices' }).first().click();
    await workbench.expand(
      page.locator('.tree-explorer-viewlet-tree-view .monaco-list-row', { hasText: /^pic/ }).first(),
    );
    await page.locator('.monaco-list-row', { hasText: 'master' }).first().waitFor();
    await workbench.shot('view-devices');
    for (const name of ['Kernels and Tasks', 'Devices'])
      await page.locator('.pane-header', { hasText: name }).first().click();
  });
  await step('the traffic of devices says that there was none, and has nothing to save', async () => {
    await showView(workbench, 'Traffic', 'appear here when they are used');
    await workbench.until(
      page.locator('.notification-toast', { hasText: 'No packets have passed yet' }),
      () => page.locator(PANEL).getByRole('button', { name: 'Save Packets as pcapng…' }).click(),
    );
    await page.keyboard.press('Escape');
  });
  await step('a switch leads to the code of the host', async () => {
    const view = await showView(workbench, 'Switches', 'START');
    await view.locator('.row').first().waitFor();
    await workbench.shot('view-switches', PANEL);
    await workbench.until(page.locator('.tab.active', { hasText: 'Switches' }), () =>
      page.locator(PANEL).getByRole('button', { name: 'Open Switches as Document' }).click(),
    );
    await workbench.coloured('FORWARD_INTERRUPT');
    await workbench.closeEditor();
    await workbench.until(page.locator('.tab.active', { hasText: /passage|monitor/ }), () =>
      view.locator('.row .link[data-part=from]').first().click(),
    );
    await showTab(workbench, 'Terminal');
  });
}

/** VS Code's own themes, and what the window has for a class in each. */
const THEMES = [
  ['Dark Modern', 'vs-dark', 'dark'],
  ['Dark High Contrast', 'hc-black', 'high-contrast'],
];
/** Tabs of the panel, and a text that each view shows. */
export const TABS = [
  ['Paging', 'Passage page'],
  ['Rings', 'Entries by vector'],
  ['Switches', 'START'],
  ['CPU', 'eflags'],
  ['Memory', 'follow the virtual address'],
  ['Traffic', 'appear here when they are used'],
];

/** Pictures of the window and of all views in other themes, to be looked at; and all tabs in a window that is not wide. */
export async function themeSteps(workbench, step) {
  const { page } = workbench;
  const size = page.viewportSize();
  await step('the tabs of all views have room in a window of 1280 pixels', async () => {
    await page.setViewportSize({ width: 1280, height: 800 });
    await showView(workbench, 'Paging', 'Passage page');
    await workbench.shot('narrow-window');
    for (const [name] of TABS) await tabOf(workbench, name).waitFor();
    await page.setViewportSize(size);
  });
  for (const [theme, mark, name] of THEMES)
    await step(`every view in the theme ${theme}`, async () => {
      await chooseTheme(workbench, theme, mark);
      for (const [tab, text] of TABS) {
        await showView(workbench, tab, text);
        await page.waitForTimeout(500);
        await workbench.shot(`${name}-${tab.toLowerCase()}`, PANEL);
      }
      await showTab(workbench, 'Terminal');
      await page.waitForTimeout(500);
      await workbench.shot(name);
    });
  await chooseTheme(workbench, 'Light Modern', 'vs');
}

async function chooseTheme(workbench, theme, mark) {
  const { page } = workbench;
  await workbench.command('Preferences: Color Theme');
  const row = page.locator('.quick-input-list .label-name').getByText(theme, { exact: true }).first();
  await page.locator('.quick-input-widget input[type=text]').fill(theme);
  await row.waitFor();
  await workbench.until(hidden(page.locator('.quick-input-widget:visible')), async () => {
    if (await row.isVisible()) await row.click();
  });
  await page.locator(`.monaco-workbench.${mark}`).waitFor();
}
