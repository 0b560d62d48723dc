    .text
    .globl _start
    .type _start, @function
_start:
    xorl %ebp, %ebp
    call main
1:  hlt
    jmp 1b
    .size _start, . - _start
    .globl bare
bare:
    movl $1, %eax
    ret
    .section .note.GNU-stack,"",@progbits
