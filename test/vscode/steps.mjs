// The steps of a scenario in a real VS Code: each is one test and one printed line.

/** How many steps passed and failed, of all scenarios. */
export const tally = { passed: 0, failed: 0 };

/**
 * Gives a function that runs one step: `step(name, action)`. What `action` gives is printed as a note. After the first
 * step that fails the others are not tried, and count as failed.
 * @param host begins each line @param workbench gives the workbench, once it is open
 */
export function stepRunner(host, workbench) {
  const started = Date.now();
  let broken = false;
  return async (name, action) => {
    const title = `${host}: ${name}`;
    if (broken) {
      tally.failed++;
      process.stdout.write(`  ✗ ${title} (not tried)\n`);
      return;
    }
    try {
      const note = await action();
      tally.passed++;
      const seconds = ((Date.now() - started) / 1000).toFixed(1).padStart(6);
      process.stdout.write(`  ✓ ${seconds} s  ${title}${note ? `: ${note}` : ''}\n`);
    } catch (error) {
      broken = true;
      failure(title, error);
      if (workbench()) await state(workbench());
    }
  };
}

/** Counts and prints a failure. */
export function failure(title, error) {
  tally.failed++;
  process.stdout.write(`  ✗ ${title}\n    ${String(error.message).split('\n').slice(0, 6).join('\n    ')}\n`);
}

/** What there was to see when a step failed. */
async function state(workbench) {
  await workbench.shot('failure').catch(() => undefined);
  process.stdout.write(`    call stack: ${JSON.stringify(await workbench.callStack())}\n`);
  for (const line of workbench.errors.slice(-8)) process.stdout.write(`    browser: ${line.slice(0, 300)}\n`);
}
