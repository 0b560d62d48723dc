// lldb's debug adapter, of the kind that extensions of VS Code are made of, with QEMU's gdb stub. It knows no steps of single instructions, and
// nothing of page tables.
import { debugByDap, overPipes } from './dap.mjs';
import { startQemu } from './qemu.mjs';

export const ADAPTER = 'lldb-vscode-14';

export async function lldbOnQemu(image) {
  const { port, end } = await startQemu(image);
  const debug = await debugByDap(overPipes(ADAPTER), async (request) => {
    // It listens within this time; the adapter tries only once.
    await new Promise((resolve) => setTimeout(resolve, 1000));
    await request('attach', {
      program: image,
      attachCommands: [`target create ${image}`, `gdb-remote 127.0.0.1:${port}`],
      stopOnEntry: false,
    });
  });
  return {
    ...debug,
    instruction: undefined,
    end() {
      debug.end();
      end();
    },
  };
}
