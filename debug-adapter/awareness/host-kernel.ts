/** Our host kernel (kernels/host/process): the daemons of the guests are its processes. */
import type { KernelDescription } from './description.ts';

export const hostKernel: KernelDescription = {
  name: 'colinux-host',
  symbols: ['process_spawn', 'context_switch', 'processes', 'slots', 'current'],
  type: 'struct process',
  first: '&processes[0]',
  // The size of the table bounds the count, whatever memory says.
  next: 'task + 1 < processes + slots && task + 1 < processes + sizeof processes / sizeof *processes ? task + 1 : 0',
  present: 'task->state != PROCESS_FREE',
  id: 'task->pid',
  label: 'task->name',
  state: 'task->state',
  current: 'task == current',
  directory: 'task->directory',
  ofKernel: '0',
  stackPointer: 'task->esp',
  pushed: ['edi', 'esi', 'ebx', 'ebp', 'eip'],
  memory: { total: 'total * 4096', free: 'free_count * 4096' },
  log: { ring: 'log_ring', written: 'log_written' },
};
