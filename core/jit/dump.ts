/** The stages of a translation as text: region, operations with the flags that live, structure, WebAssembly. */
import type { Cpu } from '../cpu/cpu.ts';
import { modeOf } from './mode.ts';
import { discover } from './discover.ts';
import { liftRegion } from './lift-region.ts';
import { emitRegion } from './emit/region.ts';
import type { Operand, Operation, Terminator, Vector } from './ir.ts';
import { planBudget } from './passes/budget.ts';
import { markLiveFlags } from './passes/flag-liveness.ts';
import { structure } from './passes/structure.ts';
import type { RegionBlock } from './region.ts';
import { targetsOf } from './region.ts';
import { Gap } from './wasm/code.ts';
import { wasmText } from './wasm/text.ts';

const REGISTERS = ['eax', 'ecx', 'edx', 'ebx', 'esp', 'ebp', 'esi', 'edi'];
const SEGMENTS = ['es', 'cs', 'ss', 'ds', 'fs', 'gs'];
/** As bits of `Flags`. */
const FLAG_GROUPS = ['ZF SF PF', 'OF AF', 'CF'];

const hex = (value: number) => `${(value >>> 0).toString(16)}h`;

function operandText(operand: Operand | Vector): string {
  switch (operand.kind) {
    case 'vector':
      return `${operand.mmx ? 'mm' : 'xmm'}${operand.register}`;
    case 'constant':
      return hex(operand.value);
    case 'register':
      return `${REGISTERS[operand.register]!}${operand.high ? '.high' : ''}`;
    case 'memory': {
      const { seg, base, index, scale, disp } = operand;
      const terms = [
        ...(base < 8 ? [REGISTERS[base]!] : []),
        ...(index < 8 ? [`${REGISTERS[index]!}*${1 << scale}`] : []),
        ...(disp !== 0 || (base === 8 && index === 8) ? [hex(disp)] : []),
      ];
      return `${SEGMENTS[seg]!}:[${terms.join(' + ')}]`;
    }
  }
}

const isOperand = (value: unknown): value is Operand | Vector =>
  typeof value === 'object' && value !== null && 'kind' in value;

/** `insn` and what is told otherwise left out. */
function fieldsText(fields: Operation | Terminator): string {
  const texts = Object.entries(fields).flatMap(([name, value]: [string, unknown]) => {
    if (name === 'insn' || name === 'op' || name === 'kind' || name === 'flags') return [];
    if (isOperand(value)) return [`${name} ${operandText(value)}`];
    if (name === 'target' || name === 'next') return [`${name} ${hex(Number(value))}`];
    return [`${name} ${String(value)}`];
  });
  return texts.join(', ');
}

function operationText(operation: Operation): string {
  const live = FLAG_GROUPS.filter((_, bit) => (operation.flags & (1 << bit)) !== 0).join(' ');
  const head = `${operation.op} ${fieldsText(operation)}`.trim();
  return live === '' ? head : `${head}   ; leaves ${live}`;
}

export interface Dump {
  /** EIP and bytes of each block of the region. */
  readonly blocks: readonly { readonly eip: number; readonly bytes: number }[];
  readonly operations: readonly string[];
  readonly structure: readonly string[];
  readonly wasm: readonly string[];
}

/**
 * Translates what is reached from a linear address in the present state of a processor, whether it has run or not.
 * @returns undefined when there is nothing to translate
 */
export function dumpTranslation(cpu: Cpu, linear: number, instructions: number): Dump | undefined {
  const mode = modeOf(0);
  const found = discover(linear | 0, mode, cpu.blockAt, {
    ...{ instructions, isWarm: () => true, misses: 1 },
    isApart: () => false,
  });
  if (!found) return undefined;
  const region = liftRegion(found);
  const shape = structure(region);
  const budget = planBudget(region, shape);
  markLiveFlags(region, shape, budget);
  let sites = 0;
  /** In the order in which they are used: function 0 is `interpret`. */
  const imported: string[] = [];
  const indexOf = (name: string) => {
    if (!imported.includes(name)) imported.push(name);
    return imported.indexOf(name) + 1;
  };
  const { code } = emitRegion(region, shape, budget, {
    interpret: 0,
    addSite: () => sites++,
    softfloat: indexOf,
    service: indexOf,
    ring: indexOf,
    chain: indexOf('chain'),
  });
  code.fill(({ kind, value }) => (kind === Gap.Symbol ? value : 0));
  const edges = (block: RegionBlock) =>
    targetsOf(block).map((eip) => `${hex(eip)} (${shape.edge(block, eip)})`);
  return {
    blocks: region.blocks.map(({ eip, source }) => ({ eip: eip >>> 0, bytes: source.size })),
    operations: region.blocks.flatMap(({ eip, operations, terminator }) => [
      `${hex(eip)}:`,
      ...operations.map((operation) => `  ${operationText(operation)}`),
      `  ${terminator.kind} ${fieldsText(terminator)}`,
    ]),
    structure: region.blocks.map((block) => {
      const head = budget.heads.get(block);
      const needs = head === undefined ? '' : `, asks for ${head} instructions`;
      const loop = shape.loops.has(block) ? ' loop' : '';
      return `${hex(block.eip)}${loop} -> ${edges(block).join(', ') || 'out'}${needs}`;
    }),
    wasm: wasmText(code.bytes.view()),
  };
}
