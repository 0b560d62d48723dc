/** Lists of tasks in memory that makes no sense: each ends, with what could be read and a reason. */
import { tell } from '../../core/sentences/say.ts';
import { execFileSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { SymbolImage } from '../symbols/image.ts';
import { I386 } from '../symbols/constants.ts';
import { seededRandom } from '../symbols/testing/random.ts';
import { stopProgram } from '../values/testing/stopped-program.ts';
import type { KernelDescription } from './description.ts';
import { listTasks, registersOf, type Task, type TaskList } from './tasks.ts';
import { ListValues } from './list-values.ts';

/** Tasks as Linux has them: in a circle through a member, the first of them a variable. */
const SOURCE = `
struct list_head { struct list_head *next, *prev; };
enum state { RUNNING, WAITING };
struct task { int id; enum state state; struct list_head tasks; char name[8]; const char *waits; unsigned sp, directory; };
struct task first, *current;
void _start(void) { for (;;) current = &first; }
`;
const linked: KernelDescription = {
  ...{ name: 'linked', symbols: ['first'], type: 'struct task', first: '&first' },
  next: 'container_of(task->tasks.next, struct task, tasks)',
  ...{ id: 'task->id', label: 'task->name', state: 'task->state', waitsFor: 'task->waits' },
  ...{ current: 'task == current', directory: 'task->directory', ofKernel: 'task->directory == 0' },
  ...{ stackPointer: 'task->sp', pushed: ['ebx', 'ebp', 'eip'] },
};

const HEAP = 0x10_0000;
const SIZE = 40;
const [ID, STATE, NEXT, NAME, WAITS, SP, DIRECTORY] = [0, 4, 8, 16, 24, 28, 32] as const;

let folder: string;
let image: SymbolImage;
beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), 'tasks-'));
  const [source, program] = [join(folder, 'tasks.c'), join(folder, 'tasks')];
  writeFileSync(source, SOURCE);
  const flags = ['-m32', '-g', '-nostdlib', '-static', '-fno-pie', '-ffreestanding', '-Wl,-m,elf_i386'];
  execFileSync('gcc', [...flags, source, '-o', program]);
  image = SymbolImage.open(readFileSync(program), 'tasks');
});
afterAll(() => {
  rmSync(folder, { recursive: true });
});

/** Memory of dwords: the first task, more on the heap, and holes. */
class Memory {
  readonly words = new Map<number, number>();
  readonly first = image.symbolNamed('first')?.address ?? 0;
  readonly current = image.symbolNamed('current')?.address ?? 0;

  constructor(count: number) {
    for (let n = 0; n < count; n++) {
      for (let at = 0; at < SIZE; at += 4) this.words.set(this.at(n) + at, 0);
      this.set(n, ID, n + 1).set(n, NEXT, this.at((n + 1) % count) + NEXT);
      this.set(n, NAME, 0x61 + n).set(n, DIRECTORY, 0x5000_0fff);
    }
    this.words.set(this.current, this.first);
  }

  at(n: number): number {
    return n === 0 ? this.first : HEAP + n * SIZE;
  }

  set(n: number, offset: number, value: number): this {
    this.words.set(this.at(n) + offset, value);
    return this;
  }

  readonly read = (address: number, length: number): Uint8Array => {
    const bytes: number[] = [];
    for (let at = address; at < address + length; at++) {
      const word = this.words.get(at - (at % 4));
      // A whole page is asked for: what is between words is zeros, other pages are holes.
      if (word === undefined && !this.pages.has(at >>> 12)) break;
      bytes.push(((word ?? 0) >>> ((at % 4) * 8)) & 0xff);
    }
    return Uint8Array.from(bytes);
  };

  private get pages(): ReadonlySet<number> {
    return (this.known ??= new Set([...this.words.keys()].map((at) => at >>> 12)));
  }
  private known: ReadonlySet<number> | undefined;

  /** With the problems as they are told. */
  async list(description = linked): Promise<Pick<TaskList, 'tasks'> & { readonly problems: string[] }> {
    const program = stopProgram(image, new Array<number>(10).fill(0), this.read);
    const [frame] = await program.frames();
    const values = new ListValues(program.values(frame!), program.memory, { task: description.type });
    const { tasks, problems } = await listTasks(0, description, values);
    return { tasks, problems: problems.map((problem) => tell(problem)) };
  }
}

const named = ({ tasks }: Pick<TaskList, 'tasks'>) => tasks.map(({ name }) => name).join('');

describe('a list of tasks', () => {
  it('is what the description says, to the end of its circle', async () => {
    const { tasks, problems } = await new Memory(3).set(1, STATE, 1).list();
    expect(problems).toEqual([]);
    expect(tasks.map(({ id, name, state, current }) => ({ id, name, state, current }))).toEqual([
      { id: 1, name: 'a', state: 'RUNNING', current: true },
      { id: 2, name: 'b', state: 'WAITING', current: false },
      { id: 3, name: 'c', state: 'RUNNING', current: false },
    ]);
    expect(tasks[0]).toMatchObject({ cr3: 0x5000_0000, ofKernel: false, waitsFor: undefined });
  });

  it('that runs in a circle past its first task ends', async () => {
    const memory = new Memory(4);
    const list = await memory.set(3, NEXT, memory.at(1) + NEXT).list();
    expect(named(list)).toBe('abcd');
    expect(list.problems).toEqual([expect.stringMatching(/runs in a circle from 0x00100028 on: it ends/)]);
  });

  it('that leads into nothing ends with the reason', async () => {
    const list = await new Memory(4).set(1, NEXT, 0xdead_beef).list();
    expect(named(list)).toBe('ab');
    expect(list.problems).toEqual([
      expect.stringMatching(/^The list of tasks leads to 0xdeadbee7, where no memory is/),
    ]);
  });

  it('of a kernel that is not mapped yet is empty', async () => {
    const list = await new Memory(2).list({ ...linked, first: '(struct task *)0xdead0000' });
    expect(list).toEqual({ tasks: [], problems: [] });
  });

  it('that never ends is cut', async () => {
    const list = await new Memory(5000).list();
    expect(list.tasks).toHaveLength(4096);
    expect(list.problems).toEqual([expect.stringMatching(/more than 4096 places/)]);
  });

  it('leaves out tasks whose numbers make no sense, and survives a pointer to no text', async () => {
    const list = await new Memory(4).set(1, ID, 1).set(2, ID, -5).set(3, WAITS, 0xf000_0000).list();
    expect(named(list)).toBe('ad');
    expect(list.tasks[1]?.waitsFor).toBe('?');
    expect(list.problems).toEqual([
      expect.stringMatching(/0x00100028 is left out: Its id 1 is taken/),
      expect.stringMatching(/left out: Its id 4294967291 is too large/),
    ]);
  });

  it('of a kernel with other types is refused by what is wrong', async () => {
    const wrong = { ...linked, label: 'task->state' };
    expect((await new Memory(2).list(wrong)).problems[0]).toMatch(/"task->state" is no text/);
    const missing = { ...linked, id: 'task->pid' };
    expect((await new Memory(2).list(missing)).problems[0]).toMatch(/pid/);
    await expect(new Memory(2).list({ ...linked, type: 'struct thread' })).rejects.toThrow(
      'The kernel has no type "struct thread".',
    );
  });

  it('of random words ends', { timeout: 20_000 }, async () => {
    for (let seed = 0; seed < 60; seed++) {
      const random = seededRandom(seed);
      const memory = new Memory(8);
      for (let n = 0; n < 6; n++) {
        const value = [random(2 ** 32), random(64), memory.at(random(8)) + NEXT][random(3)]!;
        memory.set(random(8), random(SIZE / 4) * 4, value);
      }
      const { tasks } = await memory.list();
      expect(tasks.length).toBeLessThanOrEqual(4096);
      expect(new Set(tasks.map(({ id }) => id)).size).toBe(tasks.length);
    }
  });
});

it('registers are those that the switch has pushed; none on a stack that cannot be read', async () => {
  const memory = new Memory(1).set(0, SP, HEAP);
  [0xb, 0xeb9, 0xe19].forEach((value, n) => memory.words.set(HEAP + n * 4, value));
  const [task] = (await memory.list()).tasks as readonly [Task];
  const registers = registersOf(task, memory.read);
  expect(registers?.[I386.ebx]).toBe(0xb);
  expect(registers?.[I386.ebp]).toBe(0xeb9);
  expect(registers?.[I386.eip]).toBe(0xe19);
  expect(registers?.[I386.esp]).toBe(HEAP + 12);
  expect(registers?.[I386.eax]).toBeUndefined();
  expect(registersOf({ ...task, stackPointer: 0xfff0_0000 }, memory.read)).toBeUndefined();
});
