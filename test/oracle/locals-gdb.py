# On QEMU's stub: stops the guest at the lines that are asked for, and says which variables its frames have and what they are.
import gdb
import json
import os
import struct

gdb.execute('set confirm off')
gdb.execute('set width 0')
gdb.execute('set architecture i386')
gdb.execute('target remote ' + os.environ['STUB'])


def linked(path):
    with open(path, 'rb') as file:
        image = file.read()
    offset, count = struct.unpack_from('<I', image, 28)[0], struct.unpack_from('<H', image, 44)[0]
    for n in range(count):
        kind, at, address, _, size = struct.unpack_from('<IIIII', image, offset + 32 * n)
        if kind == 1:
            yield address, image[at:at + size]


SEGMENTS = list(linked(os.environ['PROGRAM']))


# Host and guest have code at the same addresses: it is the guest that runs when its bytes are there.
def in_guest():
    pc = int(gdb.parse_and_eval('(unsigned)$pc'))
    for low, content in SEGMENTS:
        if low <= pc < low + len(content) - 16:
            there = bytes(gdb.selected_inferior().read_memory(pc, 16))
            return there == content[pc - low:pc - low + 16]
    return False


def value(symbol, frame):
    try:
        found = symbol.value(frame)
        kind = found.type.strip_typedefs()
        if found.is_optimized_out:
            return 'gone'
        if kind.code in (gdb.TYPE_CODE_INT, gdb.TYPE_CODE_BOOL, gdb.TYPE_CODE_PTR, gdb.TYPE_CODE_ENUM):
            return str(int(found) & ((1 << (8 * kind.sizeof)) - 1))
        return '%d bytes at %d' % (kind.sizeof, int(found.address))
    except (gdb.error, gdb.MemoryError):
        return 'gone'


def variables(frame):
    found = {}
    block = frame.block()
    while block is not None:
        for symbol in block:
            if (symbol.is_variable or symbol.is_argument) and symbol.name not in found:
                if symbol.addr_class != gdb.SYMBOL_LOC_STATIC:
                    found[symbol.name] = value(symbol, frame)
        if block.function is not None:
            return found
        block = block.superblock
    return found


stops = []
for place in json.loads(os.environ['PLACES']):
    gdb.execute('thbreak ' + place)
    while True:
        gdb.execute('continue')
        if in_guest():
            break
        gdb.execute('thbreak ' + place)
    frames = []
    frame = gdb.newest_frame()
    while frame is not None and frame.name() is not None:
        frames.append({'name': frame.name(), 'line': frame.find_sal().line, 'variables': variables(frame)})
        if frame.name() == 'kmain':
            break
        frame = frame.older()
    stops.append(frames)
with open(os.environ['ANSWERS'], 'w') as out:
    json.dump(stops, out)
gdb.execute('kill')
