/* Types that no compiler writes: each contains itself, or is as large as memory. DWARF 4 by hand; `thing_N` is a variable of the Nth. */
	.text
	.globl _start
_start:	jmp _start
	.data
data:	.long data, data, data, data
	.section .debug_abbrev
	.macro abbrev code, tag, children
	.uleb128 \code
	.uleb128 \tag
	.byte \children
	.endm
	abbrev 1, 0x11, 1	/* compile unit: name, low, high */
	.byte 3, 8, 0x11, 1, 0x12, 6, 0, 0
	abbrev 2, 0x16, 0	/* typedef: name, type */
	.byte 3, 8, 0x49, 0x13, 0, 0
	abbrev 3, 0x26, 0	/* const: type */
	.byte 0x49, 0x13, 0, 0
	abbrev 4, 0x0f, 0	/* pointer: type */
	.byte 0x49, 0x13, 0, 0
	abbrev 5, 0x13, 1	/* structure: name, size */
	.byte 3, 8, 0x0b, 6, 0, 0
	abbrev 6, 0x0d, 0	/* member: name, type, location */
	.byte 3, 8, 0x49, 0x13, 0x38, 0x0b, 0, 0
	abbrev 7, 0x01, 1	/* array: type */
	.byte 0x49, 0x13, 0, 0
	abbrev 8, 0x21, 0	/* subrange: count */
	.byte 0x37, 6, 0, 0
	abbrev 9, 0x34, 0	/* variable: name, type, location */
	.byte 3, 8, 0x49, 0x13, 2, 0x18, 0, 0
	abbrev 10, 0x10, 0	/* reference: type */
	.byte 0x49, 0x13, 0, 0
	abbrev 11, 0x1c, 0	/* inheritance: type, location */
	.byte 0x49, 0x13, 0x38, 0x0b, 0, 0
	abbrev 12, 0x15, 1	/* subroutine: type */
	.byte 0x49, 0x13, 0, 0
	abbrev 13, 0x05, 0	/* parameter: type */
	.byte 0x49, 0x13, 0, 0
	.byte 0
	.section .debug_info
unit:	.long end - start
start:	.short 4
	.long .debug_abbrev
	.byte 4
	.uleb128 1
	.asciz "cyclic.S"
	.long _start
	.long 2
	.macro type code, label
\label:	.uleb128 \code
	.endm
	.macro of label
	.long \label - unit
	.endm
	type 2, one	/* a typedef of itself, by another */
	.asciz "one"
	of two
	type 2, two
	.asciz "two"
	of one
	type 3, constant
	of constant
	type 4, pointer
	of pointer
	type 5, record	/* contains itself, and all of memory */
	.asciz "record"
	.long 0xffffffff
	.uleb128 6
	.asciz "self"
	of record
	.byte 0
	.uleb128 6
	.asciz "list"
	of array
	.byte 4
	.byte 0
	type 7, array	/* of 2^31 of itself */
	of array
	.uleb128 8
	.long 0x80000000
	.uleb128 8
	.long 0xffffffff
	.byte 0
	type 10, reference
	of reference
	type 5, derived	/* its own base class */
	.asciz "derived"
	.long 8
	.uleb128 11
	of derived
	.byte 0
	.uleb128 11
	of derived
	.byte 4
	.byte 0
	type 12, function	/* returns itself, and takes itself */
	of function
	.uleb128 13
	of function
	.byte 0
	type 7, many	/* 2^31 structures */
	of record
	.uleb128 8
	.long 0x80000000
	.byte 0
	.macro thing number, label
	.uleb128 9
	.asciz "thing_\number"
	of \label
	.uleb128 5
	.byte 3
	.long data
	.endm
	thing 1, one
	thing 2, constant
	thing 3, pointer
	thing 4, record
	thing 5, array
	thing 6, reference
	thing 7, derived
	thing 8, function
	thing 9, many
	.byte 0
end:
