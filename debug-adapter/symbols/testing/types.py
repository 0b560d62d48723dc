# What gdb knows of the types and variables of C files: the oracle of types.test.ts.
import gdb
import json
import os

gdb.execute('set confirm off')
KINDS = {
    gdb.TYPE_CODE_STRUCT: 'struct', gdb.TYPE_CODE_UNION: 'union', gdb.TYPE_CODE_ENUM: 'enum',
    gdb.TYPE_CODE_TYPEDEF: 'typedef', gdb.TYPE_CODE_ARRAY: 'array', gdb.TYPE_CODE_PTR: 'pointer',
    gdb.TYPE_CODE_FUNC: 'function', gdb.TYPE_CODE_VOID: 'void',
}


def members(t):
    found = []
    for field in t.fields():
        member = {'name': field.name or None, 'type': str(field.type) if field.name else None}
        member['bit'] = field.bitpos
        member['bits'] = field.bitsize
        if not field.name:
            member['members'] = members(field.type)
        found.append(member)
    return found


def describe(t):
    kind = KINDS.get(t.code, 'base')
    about = {'kind': kind, 'name': str(t), 'size': t.sizeof}
    if kind in ('struct', 'union'):
        about['members'] = members(t)
    if kind == 'enum':
        about['values'] = [[f.name, f.enumval] for f in t.fields()]
    if kind == 'typedef':
        about['target'] = str(t.target())
    return about


types, variables = {}, {}
for name in os.environ['FILES'].split(':'):
    table = gdb.decode_line(name + ':1')[1][0].symtab
    for block in (table.global_block(), table.static_block()):
        for symbol in block:
            if symbol.addr_class == gdb.SYMBOL_LOC_TYPEDEF:
                about = describe(symbol.type)
                types[about['name']] = about
            elif symbol.is_variable:
                try:
                    value = symbol.value()
                    address = None if value.is_optimized_out or value.address is None else int(value.address)
                except gdb.error:
                    address = None
                variables[symbol.name] = {
                    'type': str(symbol.type), 'size': symbol.type.sizeof, 'address': address}
# Those in type units are in no file's table.
for name in ('struct list', 'struct box', 'union word', 'struct fields', 'struct packed', 'struct aligned',
             'struct nested', 'union everything', 'struct flexible', 'struct uses', 'struct tree', 'struct inner',
             'enum color', 'enum small', 'enum big', 'enum wide'):
    types[name] = describe(gdb.lookup_type(name))
with open(os.environ['OUT'], 'w') as out:
    json.dump({'types': types, 'variables': variables}, out)
