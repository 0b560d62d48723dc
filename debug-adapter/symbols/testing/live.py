# Runs the program under gdb one instruction at a time and writes what gdb says of every state: registers,
# memory, frames with their registers, source lines and locals. The oracle of live.test.ts.
import gdb
import json
import os

gdb.execute('set confirm off')
gdb.execute('set width 0')
gdb.execute('set backtrace past-main on')
gdb.execute('break *main')
gdb.execute('run >/dev/null 2>&1')
inferior = gdb.selected_inferior()
NAMES = ['eax', 'ecx', 'edx', 'ebx', 'esp', 'ebp', 'esi', 'edi', 'eip', 'eflags']


def registers(frame, names):
    return [int(frame.read_register(name)) & 0xFFFFFFFF for name in names]


def value(symbol, frame):
    try:
        v = symbol.value(frame)
        kind = v.type.strip_typedefs()
        if v.is_optimized_out:
            return None
        if kind.code in (gdb.TYPE_CODE_INT, gdb.TYPE_CODE_PTR):
            return str(int(v) & ((1 << (8 * kind.sizeof)) - 1))
        return '@' + hex(int(v.address)) if v.address is not None else '?'
    except gdb.error:
        return None


def locals_of(frame):
    found = {}
    try:
        block = frame.block()
    except RuntimeError:
        block = None
    while block is not None:
        for symbol in block:
            if (symbol.is_variable or symbol.is_argument) and symbol.name not in found:
                found[symbol.name] = value(symbol, frame)
        if block.function is not None:
            break
        block = block.superblock
    return found


def memory(low, high):
    return {'low': low, 'hex': bytes(inferior.read_memory(low, high - low)).hex()}


data_low = int(gdb.parse_and_eval('(unsigned)&ticks')) & ~0xFFF
data_high = int(gdb.parse_and_eval('(unsigned)&_end'))
states = []
for _ in range(600):
    newest = gdb.newest_frame()
    regs = registers(newest, NAMES)
    frames = []
    frame = newest
    while frame is not None and len(frames) < 20:
        frames.append({
            'pc': frame.pc(),
            'name': frame.name(),
            'line': frame.find_sal().line,
            'inlined': frame.type() == gdb.INLINE_FRAME,
            'locals': locals_of(frame),
            'registers': registers(frame, NAMES[:9]),
        })
        if frame.name() == '_start':
            break
        frame = frame.older()
    sp = regs[4]
    memories = [memory(sp - 512, sp + 1024), memory(data_low, data_high)]
    states.append({'registers': regs, 'frames': frames, 'memory': memories})
    if newest.name() == '_start':
        break
    gdb.execute('stepi', to_string=True)
with open(os.environ['LIVE_OUT'], 'w') as out:
    json.dump(states, out)
gdb.execute('kill')
