/**
 * The shared folder of a machine: 9P messages of the guest, answered in their order by a server over a folder.
 */
import { createNinepServer } from '../core/ninep/server.ts';
import { openFolderTree } from '../platform/node/folder-tree.ts';
import { Problem, systemReason } from './problem.ts';
import type { ShareOption } from './share-option.ts';

export interface Share {
  /** @param answer called once, later */
  ask(message: Uint8Array, room: number, answer: (message: Uint8Array) => void): void;
  close(): Promise<void>;
}

/** @throws Problem */
export async function openShare({ folder, readOnly }: ShareOption): Promise<Share> {
  const tree = await openFolderTree(folder, { readOnly }).catch((error: unknown) => {
    throw new Problem(
      `The shared folder "${folder}" cannot be opened, ${systemReason(error)}: give the path of a folder.`,
    );
  });
  const server = createNinepServer(tree);
  return {
    ask(message, room, answer) {
      void server.handle(message, room).then(answer);
    },
    async close() {
      await server.close();
      await tree.close();
    },
  };
}
