/** The sample kernel samples/unix-guest: a table of processes, each with a kernel stack (kernel/switch.S). */
import type { KernelDescription } from './description.ts';

export const unixGuest: KernelDescription = {
  name: 'unix-guest',
  symbols: ['process_fork', 'switch_stacks', 'processes', 'current', 'kernel_space'],
  type: 'struct process',
  first: '&processes[0]',
  next: 'task + 1 < processes + sizeof processes / sizeof *processes ? task + 1 : 0',
  present: 'task->state != PROCESS_FREE',
  id: 'task->pid',
  label: 'task->name',
  state: 'task->state',
  waitsFor: 'task->waits_for',
  current: 'task == current',
  directory: 'task->space',
  ofKernel: 'task->space == kernel_space',
  stackPointer: 'task->esp',
  pushed: ['edi', 'esi', 'ebx', 'ebp', 'eip'],
  memory: { total: 'ram_end - ram_base', free: 'ram_end - fresh + freed_count * 4096' },
  log: { ring: 'log_ring', written: 'log_written' },
};
