// The steps of a scenario in a real VS Code: each is one test and one printed line.

/** How many steps passed and failed, of all scenarios. */
const total = { passed: 0, failed: 0 };

/**
 * Runs a scenario, and once more from its beginning, with a VS Code and folders of its own, when a step failed: VS Code draws rows and
 * widgets anew when it likes, and one click in thousands goes to what has just gone. What failed stays printed, and the last attempt
 * counts.
 * @param scenario takes the tally that its steps count in
 */
export async function attempts(title, scenario) {
  for (let attempt = 1; ; attempt++) {
    const tally = { passed: 0, failed: 0 };
    try {
      await scenario(tally);
    } catch (error) {
      failure(tally, title, error);
    }
    if (tally.failed === 0 || attempt === 2) {
      total.passed += tally.passed;
      total.failed += tally.failed;
      return;
    }
    process.stdout.write(`  ↻ ${title}: ${tally.failed} failed, once more from the beginning\n`);
  }
}

/** Ends the process as a test does: "N passed, M failed", and status 0 only when nothing failed. */
export function finish() {
  process.stdout.write(`${total.passed} passed, ${total.failed} failed\n`);
  process.exit(total.failed === 0 ? 0 : 1);
}

/**
 * Gives a function that runs one step: `step(name, action)`. What `action` gives is printed as a note. After a step that fails
 * those of the same part are not tried, and count as failed; `step.part()` begins another part, with a workbench in order.
 * @param tally of `attempts` @param host begins each line @param workbench gives the workbench, once it is open
 */
export function stepRunner(tally, host, workbench) {
  const started = Date.now();
  let broken = false;
  const step = async (name, action) => {
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
      failure(tally, title, error);
      if (workbench()) await state(workbench());
    }
  };
  /** @param prepare what the steps of the part rely on, done when steps before it were not */
  step.part = async (prepare = () => undefined) => {
    if (!broken || !workbench()) return;
    try {
      await workbench().tidy();
      await prepare();
      broken = false;
    } catch (error) {
      process.stdout.write(`    the workbench is not in order again: ${firstLines(error, 2)}\n`);
    }
  };
  return step;
}

const firstLines = (error, count) => String(error.message).split('\n').slice(0, count).join('\n    ');

/** Counts and prints a failure. */
function failure(tally, title, error) {
  tally.failed++;
  process.stdout.write(`  ✗ ${title}\n    ${firstLines(error, 6)}\n`);
}

/** What there was to see when a step failed. */
async function state(workbench) {
  await workbench.shot('failure').catch(() => undefined);
  for (const [what, seen] of Object.entries(await workbench.seen()))
    process.stdout.write(`    ${what}: ${JSON.stringify(seen)}\n`);
  for (const line of workbench.errors.slice(-8)) process.stdout.write(`    browser: ${line.slice(0, 300)}\n`);
}
