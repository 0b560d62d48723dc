/** Sources and images: loadedSources, source, modules. */
import { AdapterError } from '../errors.ts';
import { say } from '../../core/sentences/say.ts';
import { inTurns } from '../symbols/pieces.ts';
import type { Handlers } from './handler.ts';

export const sources = {
  source({ sources: files }, { source, sourceReference }) {
    // Old clients do not have the first.
    const content = files.generated.textOf(source?.sourceReference ?? sourceReference);
    if (content === undefined)
      throw new AdapterError('no-such-source', say`There is no such source: only disassembly is made here.`);
    return { content, mimeType: 'text/x-asm' };
  },

  async loadedSources(context, _args, call) {
    const files = new Set<string>();
    for (const { image } of context.owners()) {
      for (const file of await inTurns(image.listSources())) files.add(file);
      await call.checkpoint();
    }
    const all = [...files].sort().map((file) => context.sources.of(file));
    return { sources: [...all, ...context.sources.generated.all] };
  },

  modules(context, { startModule = 0, moduleCount }) {
    const all = context.modules();
    const start = Math.max(0, startModule);
    return {
      modules: all.slice(start, moduleCount ? start + moduleCount : undefined),
      totalModules: all.length,
    };
  },
} satisfies Handlers;
