/*
 * Owns a shared folder of a machine: 9P messages of the guest, answered in their order by a server over a folder.
 */

import { createNinepServer } from '../../core/ninep/server.ts';
import type { ShareEnd } from '../../core/outside/ends.ts';
import { EndError } from '../../core/outside/open-ends.ts';
import { openFolderTree } from './folder-tree.ts';
import { systemReason } from './system-error.ts';
import { say } from '../../core/sentences/say.ts';

export interface Share {
  ask(message: Uint8Array, room: number): Promise<Uint8Array>;
  close(): Promise<void>;
}

/** @throws EndError */
export async function openShare({ folder, readOnly }: ShareEnd): Promise<Share> {
  const tree = await openFolderTree(folder, { readOnly }).catch((error: unknown) => {
    throw new EndError(
      say`The shared folder "${folder}" cannot be opened, ${systemReason(error)}: give the path of a folder.`,
    );
  });
  const server = createNinepServer(tree);
  return {
    ask: (message, room) => server.handle(message, room),
    async close() {
      await server.close();
      await tree.close();
    },
  };
}
