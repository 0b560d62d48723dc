# Stops the program in checkpoint() and says what gdb makes of the expressions of a file, and what the registers and the memory are.
import gdb
import json
import os

gdb.execute('set confirm off')
gdb.execute('set width 0')
gdb.execute('break ' + os.environ.get('STOP', 'checkpoint'))
gdb.execute('run >/dev/null 2>&1')
# In C++ with its namespace and class.
while gdb.selected_frame().name().split('(')[0].split('::')[-1] != os.environ.get('FRAME', 'work'):
    gdb.execute('up')
frame = gdb.selected_frame()
inferior = gdb.selected_inferior()
NAMES = ['eax', 'ecx', 'edx', 'ebx', 'esp', 'ebp', 'esi', 'edi', 'eip', 'eflags']
registers = [int(gdb.newest_frame().read_register(name)) & 0xFFFFFFFF for name in NAMES]


def raw(value):
    return int(value.format_string(format='x'), 16)


def fpu():
    at = gdb.newest_frame()
    words = {name: raw(at.read_register(name)) for name in ('fctrl', 'fstat', 'ftag', 'mxcsr')}
    # Too wide for numbers of JSON.
    st = [f"{raw(at.read_register(f'st{n}')):020x}" for n in range(8)]
    xmm = [f"{raw(at.read_register(f'xmm{n}')['v2_int64'][1]):016x}{raw(at.read_register(f'xmm{n}')['v2_int64'][0]):016x}"
           for n in range(8)]
    return {**words, 'st': st, 'xmm': xmm}


def answer(expression):
    try:
        value = gdb.parse_and_eval(expression)
        if value.type.strip_typedefs().code in (gdb.TYPE_CODE_REF, gdb.TYPE_CODE_RVALUE_REF):
            value = value.referenced_value()
        kind = value.type.strip_typedefs()
        if value.is_optimized_out:
            return {'gone': True}
        about = {'size': kind.sizeof}
        if kind.code in (gdb.TYPE_CODE_PTR, gdb.TYPE_CODE_ARRAY, gdb.TYPE_CODE_FUNC, gdb.TYPE_CODE_METHOD):
            place = value if kind.code == gdb.TYPE_CODE_PTR else value.address
            return about if place is None else {**about, 'address': int(place)}
        if kind.code == gdb.TYPE_CODE_FLT:
            return {**about, 'float': repr(float(value)) if kind.sizeof < 10 else value.format_string()}
        if kind.code in (gdb.TYPE_CODE_MEMBERPTR, gdb.TYPE_CODE_METHODPTR):
            return {**about, 'text': value.format_string()}
        if kind.code in (gdb.TYPE_CODE_STRUCT, gdb.TYPE_CODE_UNION):
            return about
        signed = kind.is_signed if kind.is_scalar else False
        return {**about, 'integer': str(int(value)), 'signed': bool(signed)}
    except (gdb.error, gdb.MemoryError, OverflowError, ValueError) as error:
        return {'error': str(error)}


def pages(low, high):
    for page in range(low & ~0xFFF, high, 0x1000):
        try:
            yield {'low': page, 'hex': bytes(inferior.read_memory(page, 0x1000)).hex()}
        except gdb.MemoryError:
            pass


# Before the answers: an expression may write.
floating = fpu()
# The expression is one of C, whatever the program is written in.
gdb.execute('set language c')
end = int(gdb.parse_and_eval('(unsigned)&_end'))
gdb.execute('set language auto')
memory = list(pages(0x08048000, end)) + list(pages(registers[4] - 0x100, registers[4] + 0x1000))
with open(os.environ['EXPRESSIONS']) as source:
    answers = [answer(expression) for expression in json.load(source)]
with open(os.environ['ANSWERS'], 'w') as out:
    json.dump({'registers': registers, 'fpu': floating, 'memory': memory, 'answers': answers}, out)
gdb.execute('kill')
