// The processor of this machine beside the interpreter, one instruction at a time. See README.md.
//   record IN.jsonl.gz OUT.jsonl.gz    executes the inputs of the records and writes complete records
//   compare [options]                  mutates recorded inputs, executes them on both, groups what differs
import { writeFileSync } from 'node:fs';
import { parseArgs } from 'node:util';
import { gzipSync } from 'node:zlib';
import { fileOf, groupsOf, loadVectorRunner, readRecords, vectorFolder } from '../vector-runner.mjs';
import { createMutator, createRandom, opcodeOf, unrecordable } from './mutate.mjs';
import { buildRecorder, recordAll } from './native.mjs';
import { undefinedFlags } from './undefined-flags.mjs';

/** Cases for one run of the recorder: their results are held in memory. */
const BATCH = 4000;
const CODE_START = 0x20_0000;
const CODE_END = 0x20_2000;
const LONGEST = 16;
const TRAP_FLAG = 0x100;
/** What a record says of its instruction and not of its result. */
const KEPT = ['u', 'ud', 'uw', 'tol', 'aw', 'ux', 'pm', 'mi'];

const { values, positionals } = parseArgs({
  allowPositionals: true,
  options: {
    seed: { type: 'string', default: '1' },
    count: { type: 'string', default: '1000' },
    groups: { type: 'string' },
    code: { type: 'boolean' },
  },
});

const inputOf = ({ n, c, r, f, e, s, m, x, v }) => ({
  ...{ n, c, r, f },
  ...(e !== undefined && { e }),
  ...(s && { s }),
  ...(m && { m }),
  ...(x && { x }),
  ...(v && { v }),
});
const kept = (record) =>
  Object.fromEntries(KEPT.filter((key) => key in record).map((key) => [key, record[key]]));

async function record(program, [from, to]) {
  const records = readRecords(from);
  const results = await recordAll(program, records.map(inputOf));
  const lines = records.flatMap((before, n) =>
    results[n] ? [JSON.stringify({ ...inputOf(before), ...results[n], ...kept(before) })] : [],
  );
  writeFileSync(to, gzipSync(`${lines.join('\n')}\n`, { level: 9 }));
  console.log(`${lines.length} of ${records.length} recorded`);
}

/** Cuts what follows the first instruction; how long that is, a single step of the processor tells. */
async function cutToOneInstruction(program, cases) {
  const steps = await recordAll(
    program,
    cases.map(({ input }) => ({ ...input, f: input.f | TRAP_FLAG })),
  );
  return cases.flatMap((one, n) => {
    const step = steps[n];
    if (!step) return [];
    if (step.t !== 1) return [one];
    const { c, e = 0x20_0100 } = one.input;
    const length = step.E - e;
    // A jump keeps its bytes and a repeated string instruction stays: both end at the filler if they leave the bytes.
    if (length === 0 && c.length > 2 * (opcodeOf(c).prefixes.length + 1)) return [];
    if (length > 0 && length < LONGEST) one.input.c = c.padEnd(2 * length, 'cc').slice(0, 2 * length);
    return [one];
  });
}

function generate(random, mutator, records, count) {
  const cases = [];
  while (cases.length < count) {
    const base = random.pick(records);
    const input = mutator.state(base);
    if (values.code) input.c = mutator.code(input.c);
    const start = ((input.s?.[1] ?? 0) & 4 ? CODE_START : 0) + (input.e ?? 0x20_0100);
    if (!unrecordable(input.c) && start >= CODE_START && start + LONGEST < CODE_END)
      cases.push({ base, input });
  }
  return cases;
}

/** What one kind of difference has in common: opcode, field, flag bits. */
function kindOf(c, difference) {
  const { prefixes, rest } = opcodeOf(c);
  const hex = (bytes) => bytes.map((byte) => byte.toString(16).padStart(2, '0')).join(' ');
  const mandatory = prefixes.filter((byte) => [0x66, 0xf0, 0xf2, 0xf3].includes(byte)).sort();
  const [, field, ours, theirs] =
    /^(EFLAGS|status word) ([0-9a-f]+), expected ([0-9a-f]+)$/.exec(difference) ?? [];
  const bits = field && (parseInt(ours, 16) ^ parseInt(theirs, 16)).toString(16);
  const what = field ? `${field} bits ${bits}` : difference.replace(/ (is )?[0-9a-f]{3,}.*/, '');
  return `${[hex(mandatory), hex(rest.slice(0, rest[0] === 0x0f ? 3 : 2))].filter(Boolean).join(' ')}: ${what}`;
}

async function compare(program) {
  const count = Number(values.count);
  const random = createRandom(Number(values.seed));
  const mutator = createMutator(random);
  const createVectorRunner = await loadVectorRunner();
  const kinds = new Map();
  let compared = 0;
  for (const group of values.groups?.split(',') ?? groupsOf(vectorFolder)) {
    const records = readRecords(fileOf(vectorFolder, group));
    const runner = createVectorRunner();
    for (let left = count; left > 0; left -= BATCH) {
      let cases = generate(random, mutator, records, Math.min(left, BATCH));
      if (values.code) cases = await cutToOneInstruction(program, cases);
      const results = await recordAll(
        program,
        cases.map(({ input }) => input),
      );
      cases.forEach(({ base, input }, n) => {
        const result = results[n];
        // Pages of data are not executable here, and are in the format: a jump there is no comparison.
        if (!result || (result.t === 14 && result.a === result.E)) return;
        compared++;
        const flags = undefinedFlags(input.c) | (base.u ?? 0);
        const halfChanged = result.t >= 10 && result.t <= 14;
        const expected = {
          ...input,
          ...result,
          ...(values.code ? {} : kept(base)),
          u: flags,
          ...(halfChanged && { ux: 1 }),
        };
        const difference = runner.run(expected, group);
        if (!difference) return;
        const kind = kindOf(input.c, difference);
        kinds.set(kind, [...(kinds.get(kind) ?? []), { difference, expected }]);
      });
    }
  }
  for (const [kind, found] of [...kinds].sort(([, a], [, b]) => b.length - a.length)) {
    console.log(`${String(found.length).padStart(6)}  ${kind}`);
    console.log(`        ${found[0].difference}\n        ${JSON.stringify(found[0].expected)}`);
  }
  console.log(`${compared} compared, ${kinds.size} kinds of difference`);
}

const [command, ...files] = positionals;
const usage = !(command === 'record' && files.length === 2) && !(command === 'compare' && files.length === 0);
if (usage || !(Number(values.count) > 0)) {
  console.error(
    'Expected "record IN.jsonl.gz OUT.jsonl.gz" or "compare [--seed N] [--count N] [--groups a,b] [--code]".',
  );
  process.exit(2);
}
if (process.platform !== 'linux' || process.arch !== 'x64') {
  console.error(
    `The recorder needs an x86-64 Linux machine; this is ${process.platform} on ${process.arch}.`,
  );
  process.exit(2);
}
const { program, remove } = buildRecorder();
try {
  await (command === 'record' ? record(program, files) : compare(program));
} finally {
  remove();
}
