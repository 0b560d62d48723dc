; What nasm writes of an assembly source, for languages.test.ts.
        bits 32
        section .text
        global nasm_start
nasm_start:
        push    ebp
        mov     ebp, esp
        mov     eax, [counter]
        call    helper
        pop     ebp
        ret
helper:
        inc     eax
        mov     [counter], eax
        ret
        section .data
        global counter
counter: dd 41
