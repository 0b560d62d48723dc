/** A kernel that is alone (`kernel.c`), from its first line to its end: breakpoints, steps, values, memory, tables, records. */
import type { DebugClient } from '@vscode/debugadapter-testsupport';
import type { DebugProtocol as Dap } from '@vscode/debugprotocol';
import { inRoot, lineOf } from '../support/session.ts';
import type { Scribe } from './transcripts.ts';

const SOURCE = { path: inRoot('test/dap/golden/kernel.c') };
const line = (text: string) => lineOf(SOURCE.path, text);
const ONE = { threadId: 1 };
/** Reads a gigabyte. */
const LONG = 'find physical:0,+0x3fff0000 "no such text in all of this memory"';

export async function kernel(asks: Scribe, image: string, client: DebugClient): Promise<void> {
  await boot(asks, image);
  await breakpoints(asks);
  await looking(asks);
  await changing(asks);
  await memory(asks);
  await places(asks);
  await tables(asks);
  await long(asks, client);
  await toTheEnd(asks);
}

const stopping = { until: 'stopped' };

async function boot({ ask }: Scribe, image: string): Promise<void> {
  await ask('initialize', {
    ...{ adapterID: 'colinux', pathFormat: 'path', supportsProgressReporting: true },
    ...{ supportsInvalidatedEvent: true, supportsMemoryEvent: true },
  });
  await ask('launch', { kernel: image, memory: 1024, coverage: true });
  await ask('launch', { kernel: image });
  await ask('setBreakpoints', { source: {}, breakpoints: [] });
  await ask('setBreakpoints', {
    source: SOURCE,
    breakpoints: [
      { line: line('/* begin */') },
      { line: line('/* added */'), condition: 'sum == 7' },
      { line: line('counter++') + 100 },
      { line: line('/* counted */'), condition: 'no + such + thing' },
    ],
  });
  await ask('configurationDone', {}, stopping);
  await ask('threads');
}

async function breakpoints({ ask }: Scribe): Promise<void> {
  await ask('breakpointLocations', {
    source: SOURCE,
    line: line('for (int n'),
    endLine: line('/* calls */'),
  });
  await ask('breakpointLocations', { source: {}, line: 1 });
  await ask('setFunctionBreakpoints', { breakpoints: [{ name: 'without_source' }, { name: 'nowhere' }] });
  await ask('setFunctionBreakpoints', { breakpoints: [{ name: 7 }] });
  await ask('setInstructionBreakpoints', { breakpoints: [{ instructionReference: '0x200000', offset: 12 }] });
  await ask('setInstructionBreakpoints', { breakpoints: 'all' });
  await ask('setInstructionBreakpoints', { breakpoints: [] });
  await ask('setExceptionBreakpoints', {
    filters: ['page-fault'],
    filterOptions: [{ filterId: 'invalid-opcode', condition: '$cs == 8' }, { filterId: 'nothing' }],
  });
  await ask('setExceptionBreakpoints', { filters: 'all' });
  await ask('setExceptionBreakpoints', { filters: [] });
  await ask('dataBreakpointInfo', { name: 'counter' });
  await ask('dataBreakpointInfo', { name: '7 + 7' });
  await ask('dataBreakpointInfo', { name: 'somewhere', asAddress: true, bytes: 4 });
  await ask('setDataBreakpoints', { breakpoints: [{ dataId: 'nonsense', accessType: 'look' }] });
  await ask('setDataBreakpoints', { breakpoints: [{ dataId: 'nonsense', accessType: 'write' }] });
  await ask('exceptionInfo', ONE);
}

/** At the second call of `add`. */
async function looking({ ask }: Scribe): Promise<void> {
  await ask('next', ONE, stopping);
  await ask('next', { threadId: 99 });
  await ask('continue', ONE, stopping);
  const { stackFrames } = (await ask('stackTrace', ONE)) as Dap.StackTraceResponse['body'];
  await ask('stackTrace', { threadId: 99 });
  const frameId = stackFrames[0]!.id;
  const { scopes } = (await ask('scopes', { frameId })) as Dap.ScopesResponse['body'];
  await ask('scopes', { frameId: 9999 });
  for (const { variablesReference } of scopes.slice(0, 1)) await ask('variables', { variablesReference });
  await ask('variables', { variablesReference: 9999 });
  const watch = { frameId, context: 'watch' };
  const { variablesReference } = (await ask('evaluate', {
    expression: 'points',
    ...watch,
  })) as Dap.EvaluateResponse['body'];
  await ask('variables', { variablesReference, filter: 'indexed', start: 1, count: 2 });
  await ask('evaluate', { expression: '*chosen', ...watch, format: { hex: true } });
  await ask('evaluate', { expression: 'colour', frameId, context: 'hover' });
  await ask('evaluate', { expression: 'p name', frameId, context: 'repl' });
  await ask('evaluate', { expression: 'sum = 1', ...watch });
  await ask('evaluate', { expression: 'points[', ...watch });
  await ask('completions', { text: 'chosen->', column: 9, frameId });
  await ask('completions', { text: 'c', column: 2, frameId: 9999 });
  const { valueLocationReference = 0 } = (await ask('evaluate', {
    expression: 'add',
    ...watch,
  })) as Dap.EvaluateResponse['body'];
  await ask('locations', { locationReference: valueLocationReference });
  await ask('locations', { locationReference: 9999 });
}

async function changing({ ask }: Scribe): Promise<void> {
  const { stackFrames } = (await ask('stackTrace', ONE)) as Dap.StackTraceResponse['body'];
  const frameId = stackFrames[0]!.id;
  const { scopes } = (await ask('scopes', { frameId })) as Dap.ScopesResponse['body'];
  const { variablesReference } = scopes[0]!;
  await ask('setVariable', { variablesReference, name: 'sum', value: '8' });
  await ask('setVariable', { variablesReference, name: 'sum', value: 'nonsense' });
  await ask('setExpression', { expression: 'points[2].x', value: '40', frameId });
  await ask('setExpression', { expression: '1 + 1', value: '3', frameId });
  await ask('setExpression', { expression: '$eax', value: '5', frameId });
  const { dataId } = (await ask('dataBreakpointInfo', { name: 'counter' })) as { dataId: string };
  await ask('setDataBreakpoints', {
    breakpoints: [{ dataId, accessType: 'write', condition: '$value > 5' }],
  });
}

async function memory({ ask }: Scribe): Promise<void> {
  await ask('readMemory', { memoryReference: '0x200000', count: 8 });
  await ask('readMemory', { memoryReference: '0x3ffffc', count: 8 });
  await ask('readMemory', { memoryReference: 'somewhere', count: 8 });
  await ask('writeMemory', { memoryReference: '0x300000', data: 'AQIDBA==' });
  await ask('writeMemory', { memoryReference: '0x300000', data: '?' });
  await ask('writeMemory', { memoryReference: '0x3ffffc', data: 'AQIDBAUGBwg=' });
  // The first instructions of the image, behind the header that is no code.
  await ask('disassemble', { memoryReference: '0x20000c', instructionCount: 3 });
  await ask('disassemble', { memoryReference: '0x20000c', instructionCount: -1 });
}

async function places({ ask }: Scribe): Promise<void> {
  const { stackFrames } = (await ask('stackTrace', ONE)) as Dap.StackTraceResponse['body'];
  await ask('stepInTargets', { frameId: 9999 });
  const { targets } = (await ask('gotoTargets', {
    source: SOURCE,
    line: line('int sum'),
  })) as Dap.GotoTargetsResponse['body'];
  await ask('gotoTargets', { source: {}, line: 1 });
  await ask('goto', { ...ONE, targetId: 9999 });
  await ask('goto', { ...ONE, targetId: targets[0]!.id }, stopping);
  await ask('colinux/startProfile');
  await ask('stepOut', ONE, stopping);
  await ask('colinux/stopProfile');
  await ask('stepOut', { threadId: 99 });
  const stack = (await ask('stackTrace', ONE)) as Dap.StackTraceResponse['body'];
  await ask('stepInTargets', { frameId: stack.stackFrames[0]!.id });
  await ask('scopes', { frameId: stackFrames[0]!.id });
  await ask('stepIn', { ...ONE, granularity: 'instruction' }, stopping);
  await ask('stepIn', { ...ONE, targetId: 9999 });
  await ask('setBreakpoints', { source: SOURCE, breakpoints: [] });
  // The change of the counter, and then the function without debug information.
  await ask('continue', ONE, stopping);
  await ask('continue', ONE, stopping);
  const inside = (await ask('stackTrace', ONE)) as Dap.StackTraceResponse['body'];
  await ask('source', { sourceReference: inside.stackFrames[0]!.source?.sourceReference });
  await ask('source', { sourceReference: 9999 });
  await ask('loadedSources');
  await ask('modules', {});
  await ask('modules', { startModule: 'first' });
}

async function tables({ ask }: Scribe): Promise<void> {
  await ask('colinux/pageWalk', { memoryReference: '0x200000', access: 'write', user: true });
  await ask('colinux/pageWalk', { memoryReference: 'somewhere' });
  await ask('colinux/mappings', ONE);
  await ask('colinux/mappings', { threadId: 99 });
  await ask('colinux/packedMappings', ONE);
  await ask('colinux/packedMappings', { threadId: 99 });
  await ask('colinux/reverseMap', { physical: 0x200000 });
  await ask('colinux/reverseMap', { physical: 'all' });
  await ask('colinux/descriptors', { ...ONE, table: 'gdt' });
  await ask('colinux/descriptors', { ...ONE, table: 'ldt' });
  // The same descriptor with DPL 3.
  const writable = { ...ONE, table: 'gdt', index: 2, low: 0xffff, high: 0x00cf_f300 };
  await ask('colinux/setDescriptor', { ...writable, checkOnly: true });
  await ask('colinux/setDescriptor', { ...writable, index: 99 });
  await ask('colinux/taskState', ONE);
  await ask('colinux/setTaskField', { ...ONE, field: 'esp0', value: 0 });
  await ask('colinux/transitions', { first: -2, most: 2 });
  await ask('colinux/transitions', { first: 0, most: 9999 });
  await ask('colinux/spaceLoads', { first: 0, most: 2 });
  await ask('colinux/spaceLoads', { first: 'all', most: 2 });
  await ask('colinux/branches', { most: 2 });
  await ask('colinux/branches', { most: -1 });
  await ask('colinux/recordText', { record: 'last-branches', most: 2 });
  await ask('colinux/recordText', { record: 'everything', most: 2 });
  await ask('colinux/sourceAt', { memoryReference: '0x20000c' });
  await ask('colinux/sourceAt', { memoryReference: '0x100' });
  await ask('colinux/sample', { expressions: ['counter', 'sum', '$eax'] });
  await ask('colinux/sample', { expressions: 'all' });
  await ask('colinux/kernelLog', ONE);
  await ask('colinux/coverage');
  await ask('colinux/stopProfile');
}

/** A request that is cancelled, when its progress has been told. */
async function long({ ask }: Scribe, client: DebugClient): Promise<void> {
  const number = (client as unknown as { sequence: number }).sequence;
  const soon = () => new Promise((resolve) => setTimeout(resolve, 800));
  await ask(
    'evaluate',
    { expression: LONG, context: 'repl' },
    { meanwhile: () => soon().then(() => client.send('cancel', { requestId: number })) },
  );
  await ask('cancel', { requestId: number });
}

async function toTheEnd({ ask }: Scribe): Promise<void> {
  await ask('evaluate', { expression: 'spinning = 1', context: 'repl' });
  await ask('setDataBreakpoints', { breakpoints: [] });
  await ask('continue', ONE);
  await ask('evaluate', { expression: 'counter', context: 'watch' });
  await ask('pause', ONE, stopping);
  await ask('evaluate', { expression: 'spinning = 0', context: 'repl' });
  await ask('continue', ONE, stopping);
  await ask('exceptionInfo', ONE);
  await ask('setBreakpoints', { source: SOURCE, breakpoints: [{ line: line('/* counted */') }] });
  await ask('restart', {}, stopping);
  await ask('evaluate', { expression: 'finish = 1', context: 'repl' });
  await ask('colinux/startProfile');
  await ask('setFunctionBreakpoints', { breakpoints: [] });
  await ask('continue', ONE, { until: 'terminated' });
  await ask('disconnect', {}, { last: true });
}
