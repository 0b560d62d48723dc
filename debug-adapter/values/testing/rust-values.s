	.file	"rust_values.734d9d7044db8e27-cgu.0"
	.section	.text._RINvCs9TKSBt0fXBr_11rust_values7genericmEB2_,"ax",@progbits
	.globl	_RINvCs9TKSBt0fXBr_11rust_values7genericmEB2_
	.p2align	4
	.type	_RINvCs9TKSBt0fXBr_11rust_values7genericmEB2_,@function
_RINvCs9TKSBt0fXBr_11rust_values7genericmEB2_:
.Lfunc_begin0:
	.file	1 "/src" "rust-values.rs"
	.loc	1 45 0
	.cfi_startproc
	subl	$12, %esp
	.cfi_def_cfa_offset 16
	movl	16(%esp), %eax
	movl	%eax, 8(%esp)
.Ltmp0:
	.loc	1 45 77 prologue_end
	calll	checkpoint
	movl	8(%esp), %eax
.Ltmp1:
	.loc	1 45 97 epilogue_begin is_stmt 0
	addl	$12, %esp
	.cfi_def_cfa_offset 4
	retl
.Ltmp2:
.Lfunc_end0:
	.size	_RINvCs9TKSBt0fXBr_11rust_values7genericmEB2_, .Lfunc_end0-_RINvCs9TKSBt0fXBr_11rust_values7genericmEB2_
	.cfi_endproc

	.section	.text._RNCNvCs9TKSBt0fXBr_11rust_values4work0B3_,"ax",@progbits
	.p2align	4
	.type	_RNCNvCs9TKSBt0fXBr_11rust_values4work0B3_,@function
_RNCNvCs9TKSBt0fXBr_11rust_values4work0B3_:
.Lfunc_begin1:
	.loc	1 86 0 is_stmt 1
	.cfi_startproc
	subl	$12, %esp
	.cfi_def_cfa_offset 16
	movl	20(%esp), %eax
	movl	16(%esp), %eax
.Ltmp3:
	.loc	1 86 45 prologue_end
	movl	(%eax), %eax
	movl	(%eax), %eax
	movl	%eax, 4(%esp)
	movl	%eax, 8(%esp)
.Ltmp4:
	.loc	1 86 52 is_stmt 0
	calll	checkpoint
	movl	4(%esp), %eax
.Ltmp5:
	.loc	1 86 99 epilogue_begin
	addl	$12, %esp
	.cfi_def_cfa_offset 4
	retl
.Ltmp6:
.Lfunc_end1:
	.size	_RNCNvCs9TKSBt0fXBr_11rust_values4work0B3_, .Lfunc_end1-_RNCNvCs9TKSBt0fXBr_11rust_values4work0B3_
	.cfi_endproc

	.section	.text._RNvMNtCs9TKSBt0fXBr_11rust_values4taskNtB2_4Task3run,"ax",@progbits
	.globl	_RNvMNtCs9TKSBt0fXBr_11rust_values4taskNtB2_4Task3run
	.p2align	4
	.type	_RNvMNtCs9TKSBt0fXBr_11rust_values4taskNtB2_4Task3run,@function
_RNvMNtCs9TKSBt0fXBr_11rust_values4taskNtB2_4Task3run:
.Lfunc_begin2:
	.loc	1 35 0 is_stmt 1
	.cfi_startproc
	pushl	%esi
	.cfi_def_cfa_offset 8
	subl	$40, %esp
	.cfi_def_cfa_offset 48
	.cfi_offset %esi, -8
	movl	52(%esp), %edx
	movl	48(%esp), %esi
.Ltmp7:
	.loc	1 35 81 prologue_end
	leal	.Lanon.a7552fe8d1a442c8e6dcbf12a4cd90e2.0, %eax
	movl	%eax, 24(%esp)
	movl	$3, 28(%esp)
	leal	.Lanon.a7552fe8d1a442c8e6dcbf12a4cd90e2.1, %eax
	movl	%eax, 32(%esp)
	movl	$7, 36(%esp)
	leal	24(%esp), %ecx
	leal	32(%esp), %eax
	movl	%esi, (%esp)
	movl	%edx, 4(%esp)
	movl	(%ecx), %edx
	movl	%edx, 8(%esp)
	movl	4(%ecx), %ecx
	movl	%ecx, 12(%esp)
	movl	(%eax), %ecx
	movl	%ecx, 16(%esp)
	movl	4(%eax), %eax
	movl	%eax, 20(%esp)
	calll	work
	.loc	1 35 130 epilogue_begin is_stmt 0
	addl	$40, %esp
	.cfi_def_cfa_offset 8
	popl	%esi
	.cfi_def_cfa_offset 4
	retl
.Ltmp8:
.Lfunc_end2:
	.size	_RNvMNtCs9TKSBt0fXBr_11rust_values4taskNtB2_4Task3run, .Lfunc_end2-_RNvMNtCs9TKSBt0fXBr_11rust_values4taskNtB2_4Task3run
	.cfi_endproc

	.section	.text._RNvXs_NtCs9TKSBt0fXBr_11rust_values4taskNtB4_3PidNtB4_4Runs4runs,"ax",@progbits
	.globl	_RNvXs_NtCs9TKSBt0fXBr_11rust_values4taskNtB4_3PidNtB4_4Runs4runs
	.p2align	4
	.type	_RNvXs_NtCs9TKSBt0fXBr_11rust_values4taskNtB4_3PidNtB4_4Runs4runs,@function
_RNvXs_NtCs9TKSBt0fXBr_11rust_values4taskNtB4_3PidNtB4_4Runs4runs:
.Lfunc_begin3:
	.loc	1 37 0 is_stmt 1
	.cfi_startproc
	pushl	%eax
	.cfi_def_cfa_offset 8
	movl	8(%esp), %eax
.Ltmp9:
	.loc	1 37 77 prologue_end
	movl	(%eax), %eax
	movl	%eax, (%esp)
	.loc	1 37 91 epilogue_begin is_stmt 0
	popl	%ecx
	.cfi_def_cfa_offset 4
	retl
.Ltmp10:
.Lfunc_end3:
	.size	_RNvXs_NtCs9TKSBt0fXBr_11rust_values4taskNtB4_3PidNtB4_4Runs4runs, .Lfunc_end3-_RNvXs_NtCs9TKSBt0fXBr_11rust_values4taskNtB4_3PidNtB4_4Runs4runs
	.cfi_endproc

	.section	.text._start,"ax",@progbits
	.globl	_start
	.p2align	4
	.type	_start,@function
_start:
.Lfunc_begin4:
	.loc	1 90 0 is_stmt 1
	.cfi_startproc
	subl	$60, %esp
	.cfi_def_cfa_offset 64
.Ltmp11:
	.loc	1 91 18 prologue_end
	movl	$1, 28(%esp)
	leal	.Lanon.a7552fe8d1a442c8e6dcbf12a4cd90e2.2, %eax
	movl	%eax, 20(%esp)
	movl	$4, 24(%esp)
	movb	$0, 36(%esp)
	movl	$0, 32(%esp)
.Ltmp12:
	.loc	1 92 17
	movl	$2, 48(%esp)
	leal	.Lanon.a7552fe8d1a442c8e6dcbf12a4cd90e2.3, %eax
	movl	%eax, 40(%esp)
	movl	$5, 44(%esp)
	movb	$-56, 56(%esp)
	leal	20(%esp), %eax
	movl	%eax, 52(%esp)
.Ltmp13:
	.loc	1 93 11
	leal	40(%esp), %eax
	movl	%eax, (%esp)
	movl	$6, 4(%esp)
	calll	_RNvMNtCs9TKSBt0fXBr_11rust_values4taskNtB2_4Task3run
	.loc	1 94 5
	movl	$5, (%esp)
	calll	_RINvCs9TKSBt0fXBr_11rust_values7genericmEB2_
	.loc	1 96 18
	leal	.Lanon.a7552fe8d1a442c8e6dcbf12a4cd90e2.4, %eax
	movl	%eax, (%esp)
	calll	_RNvXs_NtCs9TKSBt0fXBr_11rust_values4taskNtB4_3PidNtB4_4Runs4runs
.LBB4_1:
	.loc	1 97 5
	jmp	.LBB4_1
.Ltmp14:
.Lfunc_end4:
	.size	_start, .Lfunc_end4-_start
	.cfi_endproc

	.section	.text.checkpoint,"ax",@progbits
	.globl	checkpoint
	.p2align	4
	.type	checkpoint,@function
checkpoint:
.Lfunc_begin5:
	.cfi_startproc
	.loc	1 46 72 prologue_end
	retl
.Ltmp15:
.Lfunc_end5:
	.size	checkpoint, .Lfunc_end5-checkpoint
	.cfi_endproc

	.section	.text.work,"ax",@progbits
	.globl	work
	.p2align	4
	.type	work,@function
work:
.Lfunc_begin6:
	.loc	1 49 0
	.cfi_startproc
	subl	$268, %esp
	.cfi_def_cfa_offset 272
	movl	276(%esp), %eax
	movl	272(%esp), %eax
.Ltmp16:
	.loc	1 56 9 prologue_end
	movl	$223, 156(%esp)
.Ltmp17:
	.loc	1 57 9
	movl	$9786, 160(%esp)
.Ltmp18:
	.loc	1 58 9
	movl	$1, 168(%esp)
	movl	$705032704, 164(%esp)
.Ltmp19:
	.loc	1 50 15
	movl	$12, 16(%esp)
.Ltmp20:
	.loc	1 51 16
	movb	$1, 174(%esp)
	movb	$5, 175(%esp)
.Ltmp21:
	.loc	1 52 17
	movl	$1, 24(%esp)
	movl	$120, 20(%esp)
	movl	$2147483632, 28(%esp)
.Ltmp22:
	.loc	1 54 31
	movb	$3, 40(%esp)
	movb	$4, 41(%esp)
	movb	$5, 42(%esp)
	movb	$6, 43(%esp)
	.loc	1 54 18 is_stmt 0
	movb	$1, 34(%esp)
	movb	$2, 35(%esp)
	movl	40(%esp), %eax
	movl	%eax, 36(%esp)
.Ltmp23:
	.loc	1 55 17 is_stmt 1
	movl	$10, 44(%esp)
	movl	$20, 48(%esp)
	movl	$30, 52(%esp)
.Ltmp24:
	.loc	1 59 28
	movl	$7, 60(%esp)
	movl	$1, 56(%esp)
.Ltmp25:
	.loc	1 60 28
	movl	$0, 176(%esp)
	movl	%eax, 180(%esp)
.Ltmp26:
	.loc	1 61 33
	leal	16(%esp), %eax
	movl	%eax, 184(%esp)
.Ltmp27:
	.loc	1 62 33
	movl	$0, 188(%esp)
.Ltmp28:
	.loc	1 63 34
	movb	$1, 192(%esp)
.Ltmp29:
	.loc	1 64 34
	movb	$2, 193(%esp)
.Ltmp30:
	.loc	1 65 36
	movb	$2, 194(%esp)
.Ltmp31:
	.loc	1 66 41
	movb	$3, 195(%esp)
.Ltmp32:
	.loc	1 67 34
	leal	.Lanon.a7552fe8d1a442c8e6dcbf12a4cd90e2.5, %eax
	movl	%eax, 196(%esp)
	movl	$5, 200(%esp)
.Ltmp33:
	.loc	1 68 17
	movb	$0, 64(%esp)
.Ltmp34:
	.loc	1 69 15
	movb	$65, 77(%esp)
	movb	$1, 76(%esp)
.Ltmp35:
	.loc	1 70 17
	movl	$1, 92(%esp)
	movl	$2, 96(%esp)
	movb	$2, 88(%esp)
.Ltmp36:
	.loc	1 71 16
	movl	$3, 104(%esp)
	movl	$113, 108(%esp)
	movb	$3, 100(%esp)
.Ltmp37:
	.loc	1 72 17
	movl	$1, 116(%esp)
	movl	$9, 120(%esp)
	movb	$4, 112(%esp)
.Ltmp38:
	.loc	1 73 36
	movl	$1, 128(%esp)
	movl	$0, 124(%esp)
.Ltmp39:
	.loc	1 74 35
	leal	.Lanon.a7552fe8d1a442c8e6dcbf12a4cd90e2.6, %eax
	movl	%eax, 132(%esp)
	movl	$6, 136(%esp)
.Ltmp40:
	.loc	1 75 15
	movl	$0, 204(%esp)
.Ltmp41:
	.loc	1 76 16
	movl	$70000, 208(%esp)
.Ltmp42:
	.loc	1 77 16
	movl	$4, 212(%esp)
.Ltmp43:
	.loc	1 78 17
	movb	$7, 219(%esp)
.Ltmp44:
	.loc	1 79 16
	movl	$16909060, 140(%esp)
.Ltmp45:
	.loc	1 80 24
	leal	.Lanon.a7552fe8d1a442c8e6dcbf12a4cd90e2.7, %eax
	movl	%eax, 220(%esp)
	movl	$3, 224(%esp)
.Ltmp46:
	.loc	1 81 23
	movl	$1, %eax
	movl	%eax, 228(%esp)
	movl	$0, 232(%esp)
.Ltmp47:
	.loc	1 82 30
	leal	.Lanon.a7552fe8d1a442c8e6dcbf12a4cd90e2.8, %eax
	movl	%eax, 236(%esp)
	movl	$2, 240(%esp)
.Ltmp48:
	.loc	1 83 31
	leal	16(%esp), %eax
	movl	%eax, 244(%esp)
.Ltmp49:
	.loc	1 84 20
	leal	44(%esp), %eax
	movl	%eax, 144(%esp)
	.loc	1 84 19 is_stmt 0
	leal	144(%esp), %eax
	movl	%eax, 248(%esp)
.Ltmp50:
	.loc	1 85 17 is_stmt 1
	leal	56(%esp), %eax
	movl	%eax, 252(%esp)
.Ltmp51:
	.loc	1 86 19
	leal	276(%esp), %eax
	movl	%eax, 148(%esp)
	leal	148(%esp), %eax
	movl	%eax, 260(%esp)
	movl	$1, 264(%esp)
.Ltmp52:
	.loc	1 47 71
	leal	148(%esp), %eax
	movl	%eax, (%esp)
	movl	$1, 4(%esp)
	calll	_RNCNvCs9TKSBt0fXBr_11rust_values4work0B3_
.Ltmp53:
	.loc	1 87 18
	movl	%eax, 256(%esp)
.Ltmp54:
	.loc	1 89 2 epilogue_begin
	addl	$268, %esp
	.cfi_def_cfa_offset 4
	retl
.Ltmp55:
.Lfunc_end6:
	.size	work, .Lfunc_end6-work
	.cfi_endproc

	.type	.Lanon.a7552fe8d1a442c8e6dcbf12a4cd90e2.0,@object
	.section	.rodata..Lanon.a7552fe8d1a442c8e6dcbf12a4cd90e2.0,"a",@progbits
	.p2align	2, 0x0
.Lanon.a7552fe8d1a442c8e6dcbf12a4cd90e2.0:
	.asciz	"\001\000\000\000\002\000\000\000\003\000\000"
	.size	.Lanon.a7552fe8d1a442c8e6dcbf12a4cd90e2.0, 12

	.type	.Lanon.a7552fe8d1a442c8e6dcbf12a4cd90e2.1,@object
	.section	.rodata..Lanon.a7552fe8d1a442c8e6dcbf12a4cd90e2.1,"a",@progbits
.Lanon.a7552fe8d1a442c8e6dcbf12a4cd90e2.1:
	.ascii	"colinux"
	.size	.Lanon.a7552fe8d1a442c8e6dcbf12a4cd90e2.1, 7

	.type	.Lanon.a7552fe8d1a442c8e6dcbf12a4cd90e2.2,@object
	.section	.rodata.cst4,"aM",@progbits,4
.Lanon.a7552fe8d1a442c8e6dcbf12a4cd90e2.2:
	.ascii	"init"
	.size	.Lanon.a7552fe8d1a442c8e6dcbf12a4cd90e2.2, 4

	.type	.Lanon.a7552fe8d1a442c8e6dcbf12a4cd90e2.3,@object
	.section	.rodata..Lanon.a7552fe8d1a442c8e6dcbf12a4cd90e2.3,"a",@progbits
.Lanon.a7552fe8d1a442c8e6dcbf12a4cd90e2.3:
	.ascii	"shell"
	.size	.Lanon.a7552fe8d1a442c8e6dcbf12a4cd90e2.3, 5

	.type	.Lanon.a7552fe8d1a442c8e6dcbf12a4cd90e2.4,@object
	.section	.rodata.cst4,"aM",@progbits,4
	.p2align	2, 0x0
.Lanon.a7552fe8d1a442c8e6dcbf12a4cd90e2.4:
	.asciz	"\003\000\000"
	.size	.Lanon.a7552fe8d1a442c8e6dcbf12a4cd90e2.4, 4

	.type	.Lanon.a7552fe8d1a442c8e6dcbf12a4cd90e2.5,@object
	.section	.rodata..Lanon.a7552fe8d1a442c8e6dcbf12a4cd90e2.5,"a",@progbits
.Lanon.a7552fe8d1a442c8e6dcbf12a4cd90e2.5:
	.ascii	"inner"
	.size	.Lanon.a7552fe8d1a442c8e6dcbf12a4cd90e2.5, 5

	.type	.Lanon.a7552fe8d1a442c8e6dcbf12a4cd90e2.6,@object
	.section	.rodata..Lanon.a7552fe8d1a442c8e6dcbf12a4cd90e2.6,"a",@progbits
.Lanon.a7552fe8d1a442c8e6dcbf12a4cd90e2.6:
	.ascii	"failed"
	.size	.Lanon.a7552fe8d1a442c8e6dcbf12a4cd90e2.6, 6

	.type	.Lanon.a7552fe8d1a442c8e6dcbf12a4cd90e2.7,@object
	.section	.rodata..Lanon.a7552fe8d1a442c8e6dcbf12a4cd90e2.7,"a",@progbits
.Lanon.a7552fe8d1a442c8e6dcbf12a4cd90e2.7:
	.ascii	"\001\002\003"
	.size	.Lanon.a7552fe8d1a442c8e6dcbf12a4cd90e2.7, 3

	.type	.Lanon.a7552fe8d1a442c8e6dcbf12a4cd90e2.8,@object
	.section	.rodata.cst4,"aM",@progbits,4
.Lanon.a7552fe8d1a442c8e6dcbf12a4cd90e2.8:
	.ascii	"\007\b\t\n"
	.size	.Lanon.a7552fe8d1a442c8e6dcbf12a4cd90e2.8, 4

	.section	.debug_abbrev,"",@progbits
	.byte	1
	.byte	17
	.byte	1
	.byte	37
	.byte	14
	.byte	19
	.byte	5
	.byte	3
	.byte	14
	.byte	16
	.byte	23
	.byte	27
	.byte	14
	.byte	17
	.byte	1
	.byte	85
	.byte	23
	.byte	0
	.byte	0
	.byte	2
	.byte	57
	.byte	1
	.byte	3
	.byte	14
	.byte	0
	.byte	0
	.byte	3
	.byte	4
	.byte	1
	.byte	73
	.byte	19
	.byte	109
	.byte	25
	.byte	3
	.byte	14
	.byte	11
	.byte	11
	.ascii	"\210\001"
	.byte	15
	.byte	0
	.byte	0
	.byte	4
	.byte	40
	.byte	0
	.byte	3
	.byte	14
	.byte	28
	.byte	15
	.byte	0
	.byte	0
	.byte	5
	.byte	19
	.byte	1
	.byte	3
	.byte	14
	.byte	11
	.byte	11
	.byte	50
	.byte	11
	.ascii	"\210\001"
	.byte	15
	.byte	0
	.byte	0
	.byte	6
	.byte	13
	.byte	0
	.byte	3
	.byte	14
	.byte	73
	.byte	19
	.ascii	"\210\001"
	.byte	15
	.byte	56
	.byte	11
	.byte	50
	.byte	11
	.byte	0
	.byte	0
	.byte	7
	.byte	46
	.byte	1
	.byte	110
	.byte	14
	.byte	3
	.byte	14
	.byte	58
	.byte	11
	.byte	59
	.byte	11
	.byte	73
	.byte	19
	.byte	60
	.byte	25
	.byte	63
	.byte	25
	.byte	0
	.byte	0
	.byte	8
	.byte	5
	.byte	0
	.byte	73
	.byte	19
	.byte	0
	.byte	0
	.byte	9
	.byte	46
	.byte	1
	.byte	17
	.byte	1
	.byte	18
	.byte	6
	.byte	64
	.byte	24
	.byte	110
	.byte	14
	.byte	3
	.byte	14
	.byte	58
	.byte	11
	.byte	59
	.byte	11
	.byte	73
	.byte	19
	.byte	63
	.byte	25
	.byte	0
	.byte	0
	.byte	10
	.byte	5
	.byte	0
	.byte	2
	.byte	24
	.byte	3
	.byte	14
	.byte	58
	.byte	11
	.byte	59
	.byte	11
	.byte	73
	.byte	19
	.byte	0
	.byte	0
	.byte	11
	.byte	47
	.byte	0
	.byte	73
	.byte	19
	.byte	3
	.byte	14
	.byte	0
	.byte	0
	.byte	12
	.byte	40
	.byte	0
	.byte	3
	.byte	14
	.byte	28
	.byte	13
	.byte	0
	.byte	0
	.byte	13
	.byte	46
	.byte	1
	.byte	17
	.byte	1
	.byte	18
	.byte	6
	.byte	64
	.byte	24
	.byte	110
	.byte	14
	.byte	3
	.byte	14
	.byte	58
	.byte	11
	.byte	59
	.byte	11
	.byte	73
	.byte	19
	.byte	0
	.byte	0
	.byte	14
	.byte	11
	.byte	1
	.byte	17
	.byte	1
	.byte	18
	.byte	6
	.byte	0
	.byte	0
	.byte	15
	.byte	52
	.byte	0
	.byte	2
	.byte	24
	.byte	3
	.byte	14
	.ascii	"\210\001"
	.byte	15
	.byte	58
	.byte	11
	.byte	59
	.byte	11
	.byte	73
	.byte	19
	.byte	0
	.byte	0
	.byte	16
	.byte	19
	.byte	1
	.byte	3
	.byte	14
	.byte	11
	.byte	11
	.ascii	"\210\001"
	.byte	15
	.byte	0
	.byte	0
	.byte	17
	.byte	13
	.byte	0
	.byte	3
	.byte	14
	.byte	73
	.byte	19
	.ascii	"\210\001"
	.byte	15
	.byte	56
	.byte	11
	.byte	0
	.byte	0
	.byte	18
	.byte	51
	.byte	1
	.byte	21
	.byte	19
	.byte	0
	.byte	0
	.byte	19
	.byte	13
	.byte	0
	.byte	73
	.byte	19
	.ascii	"\210\001"
	.byte	15
	.byte	56
	.byte	11
	.byte	52
	.byte	25
	.byte	0
	.byte	0
	.byte	20
	.byte	25
	.byte	1
	.byte	22
	.byte	11
	.byte	0
	.byte	0
	.byte	21
	.byte	25
	.byte	1
	.byte	0
	.byte	0
	.byte	22
	.byte	46
	.byte	1
	.byte	17
	.byte	1
	.byte	18
	.byte	6
	.byte	64
	.byte	24
	.byte	3
	.byte	14
	.byte	58
	.byte	11
	.byte	59
	.byte	11
	.byte	63
	.byte	25
	.ascii	"\207\001"
	.byte	25
	.byte	0
	.byte	0
	.byte	23
	.byte	46
	.byte	0
	.byte	17
	.byte	1
	.byte	18
	.byte	6
	.byte	64
	.byte	24
	.byte	3
	.byte	14
	.byte	58
	.byte	11
	.byte	59
	.byte	11
	.byte	63
	.byte	25
	.byte	0
	.byte	0
	.byte	24
	.byte	46
	.byte	1
	.byte	110
	.byte	14
	.byte	3
	.byte	14
	.byte	58
	.byte	11
	.byte	59
	.byte	11
	.byte	73
	.byte	19
	.byte	32
	.byte	11
	.byte	0
	.byte	0
	.byte	25
	.byte	5
	.byte	0
	.byte	3
	.byte	14
	.byte	58
	.byte	11
	.byte	59
	.byte	11
	.byte	73
	.byte	19
	.byte	0
	.byte	0
	.byte	26
	.byte	46
	.byte	1
	.byte	17
	.byte	1
	.byte	18
	.byte	6
	.byte	64
	.byte	24
	.byte	3
	.byte	14
	.byte	58
	.byte	11
	.byte	59
	.byte	11
	.byte	73
	.byte	19
	.byte	63
	.byte	25
	.byte	0
	.byte	0
	.byte	27
	.byte	11
	.byte	1
	.byte	85
	.byte	23
	.byte	0
	.byte	0
	.byte	28
	.byte	29
	.byte	1
	.byte	49
	.byte	19
	.byte	17
	.byte	1
	.byte	18
	.byte	6
	.byte	88
	.byte	11
	.byte	89
	.byte	11
	.byte	87
	.byte	11
	.byte	0
	.byte	0
	.byte	29
	.byte	5
	.byte	0
	.byte	2
	.byte	24
	.byte	49
	.byte	19
	.byte	0
	.byte	0
	.byte	30
	.byte	19
	.byte	0
	.byte	3
	.byte	14
	.byte	11
	.byte	11
	.byte	50
	.byte	11
	.ascii	"\210\001"
	.byte	15
	.byte	0
	.byte	0
	.byte	31
	.byte	23
	.byte	1
	.byte	3
	.byte	14
	.byte	11
	.byte	11
	.ascii	"\210\001"
	.byte	15
	.byte	0
	.byte	0
	.byte	32
	.byte	51
	.byte	1
	.byte	0
	.byte	0
	.byte	33
	.byte	36
	.byte	0
	.byte	3
	.byte	14
	.byte	62
	.byte	11
	.byte	11
	.byte	11
	.byte	0
	.byte	0
	.byte	34
	.byte	15
	.byte	0
	.byte	73
	.byte	19
	.byte	51
	.byte	6
	.byte	0
	.byte	0
	.byte	35
	.byte	15
	.byte	0
	.byte	73
	.byte	19
	.byte	3
	.byte	14
	.byte	51
	.byte	6
	.byte	0
	.byte	0
	.byte	36
	.byte	46
	.byte	1
	.byte	17
	.byte	1
	.byte	18
	.byte	6
	.byte	64
	.byte	24
	.byte	71
	.byte	19
	.byte	0
	.byte	0
	.byte	37
	.byte	1
	.byte	1
	.byte	73
	.byte	19
	.byte	0
	.byte	0
	.byte	38
	.byte	33
	.byte	0
	.byte	73
	.byte	19
	.byte	34
	.byte	13
	.byte	55
	.byte	11
	.byte	0
	.byte	0
	.byte	39
	.byte	36
	.byte	0
	.byte	3
	.byte	14
	.byte	11
	.byte	11
	.byte	62
	.byte	11
	.byte	0
	.byte	0
	.byte	0
	.section	.debug_info,"",@progbits
.Lcu_begin0:
	.long	.Ldebug_info_end0-.Ldebug_info_start0
.Ldebug_info_start0:
	.short	4
	.long	.debug_abbrev
	.byte	4
	.byte	1
	.long	.Linfo_string0
	.short	28
	.long	.Linfo_string1
	.long	.Lline_table_start0
	.long	.Linfo_string2
	.long	0
	.long	.Ldebug_ranges7
	.byte	2
	.long	.Linfo_string3
	.byte	2
	.long	.Linfo_string4
	.byte	3
	.long	2653

	.long	.Linfo_string9
	.byte	1
	.byte	1
	.byte	4
	.long	.Linfo_string6
	.byte	0
	.byte	4
	.long	.Linfo_string7
	.byte	7
	.byte	4
	.long	.Linfo_string8
	.ascii	"\310\001"
	.byte	0
	.byte	5
	.long	.Linfo_string30
	.byte	20
	.byte	1
	.byte	4
	.byte	6
	.long	.Linfo_string15
	.long	2667
	.byte	4
	.byte	8
	.byte	1
	.byte	6
	.long	.Linfo_string17
	.long	2674
	.byte	4
	.byte	0
	.byte	1
	.byte	6
	.long	.Linfo_string22
	.long	48
	.byte	1
	.byte	16
	.byte	1
	.byte	6
	.long	.Linfo_string23
	.long	488
	.byte	4
	.byte	12
	.byte	1
	.byte	7
	.long	.Linfo_string31
	.long	.Linfo_string32
	.byte	1
	.byte	35
	.long	2667


	.byte	8
	.long	2720
	.byte	8
	.long	2667
	.byte	0
	.byte	0
	.byte	2
	.long	.Linfo_string33
	.byte	9
	.long	.Lfunc_begin3
	.long	.Lfunc_end3-.Lfunc_begin3
	.byte	1
	.byte	84
	.long	.Linfo_string47
	.long	.Linfo_string48
	.byte	1
	.byte	37
	.long	2667

	.byte	10
	.byte	2
	.byte	145
	.byte	8
	.long	.Linfo_string55
	.byte	1
	.byte	37
	.long	2803
	.byte	0
	.byte	0
	.byte	5
	.long	.Linfo_string56
	.byte	4
	.byte	1
	.byte	4
	.byte	6
	.long	.Linfo_string28
	.long	2667
	.byte	4
	.byte	0
	.byte	1
	.byte	0
	.byte	5
	.long	.Linfo_string107
	.byte	2
	.byte	1
	.byte	1
	.byte	11
	.long	2653
	.long	.Linfo_string104
	.byte	11
	.long	3023
	.long	.Linfo_string106
	.byte	6
	.long	.Linfo_string28
	.long	2653
	.byte	1
	.byte	1
	.byte	1
	.byte	6
	.long	.Linfo_string63
	.long	3023
	.byte	1
	.byte	0
	.byte	1
	.byte	0
	.byte	0
	.byte	3
	.long	2660

	.long	.Linfo_string13
	.byte	4
	.byte	4
	.byte	12
	.long	.Linfo_string11
	.byte	0
	.byte	12
	.long	.Linfo_string12
	.ascii	"\360\242\004"
	.byte	0
	.byte	13
	.long	.Lfunc_begin0
	.long	.Lfunc_end0-.Lfunc_begin0
	.byte	1
	.byte	84
	.long	.Linfo_string43
	.long	.Linfo_string44
	.byte	1
	.byte	45
	.long	2667
	.byte	10
	.byte	2
	.byte	145
	.byte	16
	.long	.Linfo_string51
	.byte	1
	.byte	45
	.long	2667
	.byte	14
	.long	.Ltmp0
	.long	.Ltmp1-.Ltmp0
	.byte	15
	.byte	2
	.byte	145
	.byte	16
	.long	.Linfo_string52
	.byte	4
	.byte	1
	.byte	45
	.long	2667
	.byte	0
	.byte	11
	.long	2667
	.long	.Linfo_string26
	.byte	0
	.byte	2
	.long	.Linfo_string14
	.byte	13
	.long	.Lfunc_begin1
	.long	.Lfunc_end1-.Lfunc_begin1
	.byte	1
	.byte	84
	.long	.Linfo_string45
	.long	.Linfo_string46
	.byte	1
	.byte	86
	.long	2667
	.byte	10
	.byte	2
	.byte	145
	.byte	20
	.long	.Linfo_string42
	.byte	1
	.byte	86
	.long	2667
	.byte	15
	.byte	4
	.byte	145
	.byte	16
	.byte	6
	.byte	6
	.long	.Linfo_string53
	.byte	4
	.byte	1
	.byte	49
	.long	2667
	.byte	14
	.long	.Ltmp4
	.long	.Ltmp5-.Ltmp4
	.byte	15
	.byte	2
	.byte	145
	.byte	8
	.long	.Linfo_string54
	.byte	4
	.byte	1
	.byte	86
	.long	2667
	.byte	0
	.byte	0
	.byte	16
	.long	.Linfo_string36
	.byte	4
	.byte	4
	.byte	17
	.long	.Linfo_string34
	.long	2777
	.byte	4
	.byte	0
	.byte	0
	.byte	0
	.byte	5
	.long	.Linfo_string29
	.byte	4
	.byte	1
	.byte	4
	.byte	18
	.long	501
	.byte	19
	.long	2667
	.byte	4
	.byte	0

	.byte	20
	.byte	0
	.byte	17
	.long	.Linfo_string24
	.long	536
	.byte	4
	.byte	0
	.byte	0
	.byte	21
	.byte	17
	.long	.Linfo_string27
	.long	554
	.byte	4
	.byte	0
	.byte	0
	.byte	0
	.byte	5
	.long	.Linfo_string24
	.byte	4
	.byte	1
	.byte	4
	.byte	11
	.long	2720
	.long	.Linfo_string26
	.byte	0
	.byte	5
	.long	.Linfo_string27
	.byte	4
	.byte	1
	.byte	4
	.byte	11
	.long	2720
	.long	.Linfo_string26
	.byte	6
	.long	.Linfo_string28
	.long	2720
	.byte	4
	.byte	0
	.byte	1
	.byte	0
	.byte	0
	.byte	22
	.long	.Lfunc_begin4
	.long	.Lfunc_end4-.Lfunc_begin4
	.byte	1
	.byte	84
	.long	.Linfo_string49
	.byte	1
	.byte	90


	.byte	14
	.long	.Ltmp12
	.long	.Ltmp14-.Ltmp12
	.byte	15
	.byte	2
	.byte	145
	.byte	20
	.long	.Linfo_string23
	.byte	4
	.byte	1
	.byte	91
	.long	79
	.byte	14
	.long	.Ltmp13
	.long	.Ltmp14-.Ltmp13
	.byte	15
	.byte	2
	.byte	145
	.byte	40
	.long	.Linfo_string58
	.byte	4
	.byte	1
	.byte	92
	.long	79
	.byte	0
	.byte	0
	.byte	0
	.byte	23
	.long	.Lfunc_begin5
	.long	.Lfunc_end5-.Lfunc_begin5
	.byte	1
	.byte	84
	.long	.Linfo_string50
	.byte	1
	.byte	46

	.byte	24
	.long	.Linfo_string38
	.long	.Linfo_string39
	.byte	1
	.byte	47
	.long	2667
	.byte	1
	.byte	11
	.long	468
	.long	.Linfo_string37
	.byte	25
	.long	.Linfo_string40
	.byte	1
	.byte	47
	.long	2790
	.byte	25
	.long	.Linfo_string42
	.byte	1
	.byte	47
	.long	2667
	.byte	0
	.byte	26
	.long	.Lfunc_begin6
	.long	.Lfunc_end6-.Lfunc_begin6
	.byte	1
	.byte	84
	.long	.Linfo_string14
	.byte	1
	.byte	49
	.long	2667

	.byte	10
	.byte	3
	.byte	145
	.ascii	"\220\002"
	.long	.Linfo_string4
	.byte	1
	.byte	49
	.long	2720
	.byte	10
	.byte	3
	.byte	145
	.ascii	"\224\002"
	.long	.Linfo_string53
	.byte	1
	.byte	49
	.long	2667
	.byte	10
	.byte	3
	.byte	145
	.ascii	"\230\002"
	.long	.Linfo_string59
	.byte	1
	.byte	49
	.long	2816
	.byte	10
	.byte	3
	.byte	145
	.ascii	"\240\002"
	.long	.Linfo_string61
	.byte	1
	.byte	49
	.long	2674
	.byte	27
	.long	.Ldebug_ranges0
	.byte	15
	.byte	2
	.byte	145
	.byte	16
	.long	.Linfo_string15
	.byte	4
	.byte	1
	.byte	50
	.long	208
	.byte	27
	.long	.Ldebug_ranges1
	.byte	15
	.byte	3
	.byte	145
	.ascii	"\256\001"
	.long	.Linfo_string103
	.byte	1
	.byte	1
	.byte	51
	.long	229
	.byte	27
	.long	.Ldebug_ranges2
	.byte	15
	.byte	2
	.byte	145
	.byte	20
	.long	.Linfo_string62
	.byte	4
	.byte	1
	.byte	52
	.long	2855
	.byte	27
	.long	.Ldebug_ranges2
	.byte	15
	.byte	3
	.byte	145
	.ascii	"\233\001"
	.long	.Linfo_string97
	.byte	1
	.byte	1
	.byte	53
	.long	3009
	.byte	27
	.long	.Ldebug_ranges3
	.byte	15
	.byte	2
	.byte	145
	.byte	34
	.long	.Linfo_string67
	.byte	1
	.byte	1
	.byte	54
	.long	2903
	.byte	27
	.long	.Ldebug_ranges4
	.byte	15
	.byte	2
	.byte	145
	.byte	44
	.long	.Linfo_string71
	.byte	4
	.byte	1
	.byte	55
	.long	2983
	.byte	27
	.long	.Ldebug_ranges4
	.byte	15
	.byte	3
	.byte	145
	.ascii	"\234\001"
	.long	.Linfo_string99
	.byte	4
	.byte	1
	.byte	56
	.long	2896
	.byte	27
	.long	.Ldebug_ranges5
	.byte	15
	.byte	3
	.byte	145
	.ascii	"\240\001"
	.long	.Linfo_string100
	.byte	4
	.byte	1
	.byte	57
	.long	2896
	.byte	27
	.long	.Ldebug_ranges6
	.byte	15
	.byte	3
	.byte	145
	.ascii	"\244\001"
	.long	.Linfo_string101
	.byte	4
	.byte	1
	.byte	58
	.long	3016
	.byte	14
	.long	.Ltmp25
	.long	.Ltmp54-.Ltmp25
	.byte	15
	.byte	2
	.byte	145
	.byte	56
	.long	.Linfo_string72
	.byte	4
	.byte	1
	.byte	59
	.long	1756
	.byte	14
	.long	.Ltmp26
	.long	.Ltmp54-.Ltmp26
	.byte	15
	.byte	3
	.byte	145
	.ascii	"\260\001"
	.long	.Linfo_string108
	.byte	4
	.byte	1
	.byte	60
	.long	1756
	.byte	14
	.long	.Ltmp27
	.long	.Ltmp54-.Ltmp27
	.byte	15
	.byte	3
	.byte	145
	.ascii	"\270\001"
	.long	.Linfo_string109
	.byte	4
	.byte	1
	.byte	61
	.long	2219
	.byte	14
	.long	.Ltmp28
	.long	.Ltmp54-.Ltmp28
	.byte	15
	.byte	3
	.byte	145
	.ascii	"\274\001"
	.long	.Linfo_string111
	.byte	4
	.byte	1
	.byte	62
	.long	2219
	.byte	14
	.long	.Ltmp29
	.long	.Ltmp54-.Ltmp29
	.byte	15
	.byte	3
	.byte	145
	.ascii	"\300\001"
	.long	.Linfo_string112
	.byte	1
	.byte	1
	.byte	63
	.long	2316
	.byte	14
	.long	.Ltmp30
	.long	.Ltmp54-.Ltmp30
	.byte	15
	.byte	3
	.byte	145
	.ascii	"\301\001"
	.long	.Linfo_string114
	.byte	1
	.byte	1
	.byte	64
	.long	2316
	.byte	14
	.long	.Ltmp31
	.long	.Ltmp54-.Ltmp31
	.byte	15
	.byte	3
	.byte	145
	.ascii	"\302\001"
	.long	.Linfo_string115
	.byte	1
	.byte	1
	.byte	65
	.long	2413
	.byte	14
	.long	.Ltmp32
	.long	.Ltmp54-.Ltmp32
	.byte	15
	.byte	3
	.byte	145
	.ascii	"\303\001"
	.long	.Linfo_string117
	.byte	1
	.byte	1
	.byte	66
	.long	2413
	.byte	14
	.long	.Ltmp33
	.long	.Ltmp54-.Ltmp33
	.byte	15
	.byte	3
	.byte	145
	.ascii	"\304\001"
	.long	.Linfo_string118
	.byte	4
	.byte	1
	.byte	67
	.long	2510
	.byte	14
	.long	.Ltmp34
	.long	.Ltmp54-.Ltmp34
	.byte	15
	.byte	3
	.byte	145
	.asciz	"\300"
	.long	.Linfo_string74
	.byte	4
	.byte	1
	.byte	68
	.long	1854
	.byte	14
	.long	.Ltmp35
	.long	.Ltmp54-.Ltmp35
	.byte	15
	.byte	3
	.byte	145
	.asciz	"\314"
	.long	.Linfo_string82
	.byte	4
	.byte	1
	.byte	69
	.long	1854
	.byte	14
	.long	.Ltmp36
	.long	.Ltmp54-.Ltmp36
	.byte	15
	.byte	3
	.byte	145
	.asciz	"\330"
	.long	.Linfo_string83
	.byte	4
	.byte	1
	.byte	70
	.long	1854
	.byte	14
	.long	.Ltmp37
	.long	.Ltmp54-.Ltmp37
	.byte	15
	.byte	3
	.byte	145
	.asciz	"\344"
	.long	.Linfo_string84
	.byte	4
	.byte	1
	.byte	71
	.long	1854
	.byte	14
	.long	.Ltmp38
	.long	.Ltmp54-.Ltmp38
	.byte	15
	.byte	3
	.byte	145
	.asciz	"\360"
	.long	.Linfo_string85
	.byte	4
	.byte	1
	.byte	72
	.long	1854
	.byte	14
	.long	.Ltmp39
	.long	.Ltmp54-.Ltmp39
	.byte	15
	.byte	3
	.byte	145
	.asciz	"\374"
	.long	.Linfo_string86
	.byte	4
	.byte	1
	.byte	73
	.long	2062
	.byte	14
	.long	.Ltmp40
	.long	.Ltmp54-.Ltmp40
	.byte	15
	.byte	3
	.byte	145
	.ascii	"\204\001"
	.long	.Linfo_string91
	.byte	4
	.byte	1
	.byte	74
	.long	2062
	.byte	14
	.long	.Ltmp41
	.long	.Ltmp54-.Ltmp41
	.byte	15
	.byte	3
	.byte	145
	.ascii	"\314\001"
	.long	.Linfo_string120
	.byte	4
	.byte	1
	.byte	75
	.long	281
	.byte	14
	.long	.Ltmp42
	.long	.Ltmp54-.Ltmp42
	.byte	15
	.byte	3
	.byte	145
	.ascii	"\320\001"
	.long	.Linfo_string121
	.byte	4
	.byte	1
	.byte	76
	.long	281
	.byte	14
	.long	.Ltmp43
	.long	.Ltmp54-.Ltmp43
	.byte	15
	.byte	3
	.byte	145
	.ascii	"\324\001"
	.long	.Linfo_string122
	.byte	4
	.byte	1
	.byte	77
	.long	2607
	.byte	14
	.long	.Ltmp44
	.long	.Ltmp54-.Ltmp44
	.byte	15
	.byte	3
	.byte	145
	.ascii	"\333\001"
	.long	.Linfo_string22
	.byte	1
	.byte	1
	.byte	78
	.long	48
	.byte	14
	.long	.Ltmp45
	.long	.Ltmp54-.Ltmp45
	.byte	15
	.byte	3
	.byte	145
	.ascii	"\214\001"
	.long	.Linfo_string92
	.byte	4
	.byte	1
	.byte	79
	.long	2189
	.byte	14
	.long	.Ltmp46
	.long	.Ltmp54-.Ltmp46
	.byte	15
	.byte	3
	.byte	145
	.ascii	"\334\001"
	.long	.Linfo_string125
	.byte	4
	.byte	1
	.byte	80
	.long	3030
	.byte	14
	.long	.Ltmp47
	.long	.Ltmp54-.Ltmp47
	.byte	15
	.byte	3
	.byte	145
	.ascii	"\344\001"
	.long	.Linfo_string127
	.byte	4
	.byte	1
	.byte	81
	.long	2674
	.byte	14
	.long	.Ltmp48
	.long	.Ltmp54-.Ltmp48
	.byte	15
	.byte	3
	.byte	145
	.ascii	"\354\001"
	.long	.Linfo_string128
	.byte	4
	.byte	1
	.byte	82
	.long	3060
	.byte	14
	.long	.Ltmp49
	.long	.Ltmp54-.Ltmp49
	.byte	15
	.byte	3
	.byte	145
	.ascii	"\364\001"
	.long	.Linfo_string130
	.byte	4
	.byte	1
	.byte	83
	.long	3099
	.byte	14
	.long	.Ltmp50
	.long	.Ltmp54-.Ltmp50
	.byte	15
	.byte	3
	.byte	145
	.ascii	"\370\001"
	.long	.Linfo_string132
	.byte	4
	.byte	1
	.byte	84
	.long	3112
	.byte	14
	.long	.Ltmp51
	.long	.Ltmp54-.Ltmp51
	.byte	15
	.byte	3
	.byte	145
	.ascii	"\374\001"
	.long	.Linfo_string135
	.byte	4
	.byte	1
	.byte	85
	.long	3138
	.byte	14
	.long	.Ltmp52
	.long	.Ltmp54-.Ltmp52
	.byte	15
	.byte	3
	.byte	145
	.ascii	"\224\001"
	.long	.Linfo_string96
	.byte	4
	.byte	1
	.byte	86
	.long	468
	.byte	28
	.long	670
	.long	.Ltmp52
	.long	.Ltmp53-.Ltmp52
	.byte	1
	.byte	87
	.byte	18
	.byte	29
	.byte	3
	.byte	145
	.ascii	"\204\002"
	.long	695
	.byte	29
	.byte	3
	.byte	145
	.ascii	"\210\002"
	.long	706
	.byte	0
	.byte	0
	.byte	0
	.byte	0
	.byte	0
	.byte	0
	.byte	0
	.byte	0
	.byte	0
	.byte	0
	.byte	0
	.byte	0
	.byte	0
	.byte	0
	.byte	0
	.byte	0
	.byte	0
	.byte	0
	.byte	0
	.byte	0
	.byte	0
	.byte	0
	.byte	0
	.byte	0
	.byte	0
	.byte	0
	.byte	0
	.byte	0
	.byte	0
	.byte	0
	.byte	0
	.byte	0
	.byte	0
	.byte	0
	.byte	0
	.byte	0
	.byte	0
	.byte	0
	.byte	0
	.byte	5
	.long	.Linfo_string73
	.byte	8
	.byte	1
	.byte	4
	.byte	18
	.long	1769
	.byte	19
	.long	2667
	.byte	4
	.byte	0

	.byte	20
	.byte	0
	.byte	17
	.long	.Linfo_string24
	.long	1805
	.byte	4
	.byte	0
	.byte	0
	.byte	20
	.byte	1
	.byte	17
	.long	.Linfo_string27
	.long	1823
	.byte	4
	.byte	0
	.byte	0
	.byte	0
	.byte	5
	.long	.Linfo_string24
	.byte	8
	.byte	1
	.byte	4
	.byte	11
	.long	2667
	.long	.Linfo_string26
	.byte	0
	.byte	5
	.long	.Linfo_string27
	.byte	8
	.byte	1
	.byte	4
	.byte	11
	.long	2667
	.long	.Linfo_string26
	.byte	6
	.long	.Linfo_string28
	.long	2667
	.byte	4
	.byte	4
	.byte	1
	.byte	0
	.byte	0
	.byte	5
	.long	.Linfo_string81
	.byte	12
	.byte	1
	.byte	4
	.byte	18
	.long	1867
	.byte	19
	.long	2653
	.byte	1
	.byte	0

	.byte	20
	.byte	0
	.byte	17
	.long	.Linfo_string75
	.long	1945
	.byte	4
	.byte	0
	.byte	0
	.byte	20
	.byte	1
	.byte	17
	.long	.Linfo_string76
	.long	1953
	.byte	4
	.byte	0
	.byte	0
	.byte	20
	.byte	2
	.byte	17
	.long	.Linfo_string77
	.long	1974
	.byte	4
	.byte	0
	.byte	0
	.byte	20
	.byte	3
	.byte	17
	.long	.Linfo_string79
	.long	2007
	.byte	4
	.byte	0
	.byte	0
	.byte	20
	.byte	4
	.byte	17
	.long	.Linfo_string80
	.long	2040
	.byte	4
	.byte	0
	.byte	0
	.byte	0
	.byte	30
	.long	.Linfo_string75
	.byte	12
	.byte	1
	.byte	4
	.byte	5
	.long	.Linfo_string76
	.byte	12
	.byte	1
	.byte	4
	.byte	6
	.long	.Linfo_string28
	.long	2653
	.byte	1
	.byte	1
	.byte	1
	.byte	0
	.byte	5
	.long	.Linfo_string77
	.byte	12
	.byte	1
	.byte	4
	.byte	6
	.long	.Linfo_string42
	.long	2660
	.byte	4
	.byte	4
	.byte	1
	.byte	6
	.long	.Linfo_string78
	.long	2660
	.byte	4
	.byte	8
	.byte	1
	.byte	0
	.byte	5
	.long	.Linfo_string79
	.byte	12
	.byte	1
	.byte	4
	.byte	6
	.long	.Linfo_string28
	.long	2667
	.byte	4
	.byte	4
	.byte	1
	.byte	6
	.long	.Linfo_string63
	.long	2896
	.byte	4
	.byte	8
	.byte	1
	.byte	0
	.byte	5
	.long	.Linfo_string80
	.byte	12
	.byte	1
	.byte	4
	.byte	6
	.long	.Linfo_string28
	.long	1756
	.byte	4
	.byte	4
	.byte	1
	.byte	0
	.byte	0
	.byte	5
	.long	.Linfo_string90
	.byte	8
	.byte	1
	.byte	4
	.byte	18
	.long	2075
	.byte	19
	.long	2667
	.byte	4
	.byte	0

	.byte	20
	.byte	0
	.byte	17
	.long	.Linfo_string87
	.long	2110
	.byte	4
	.byte	0
	.byte	0
	.byte	21
	.byte	17
	.long	.Linfo_string89
	.long	2149
	.byte	4
	.byte	0
	.byte	0
	.byte	0
	.byte	5
	.long	.Linfo_string87
	.byte	8
	.byte	1
	.byte	4
	.byte	11
	.long	2667
	.long	.Linfo_string26
	.byte	11
	.long	2674
	.long	.Linfo_string88
	.byte	6
	.long	.Linfo_string28
	.long	2667
	.byte	4
	.byte	4
	.byte	1
	.byte	0
	.byte	5
	.long	.Linfo_string89
	.byte	8
	.byte	1
	.byte	4
	.byte	11
	.long	2667
	.long	.Linfo_string26
	.byte	11
	.long	2674
	.long	.Linfo_string88
	.byte	6
	.long	.Linfo_string28
	.long	2674
	.byte	4
	.byte	0
	.byte	1
	.byte	0
	.byte	0
	.byte	31
	.long	.Linfo_string95
	.byte	4
	.byte	4
	.byte	17
	.long	.Linfo_string93
	.long	2667
	.byte	4
	.byte	0
	.byte	17
	.long	.Linfo_string94
	.long	2996
	.byte	1
	.byte	0
	.byte	0
	.byte	5
	.long	.Linfo_string110
	.byte	4
	.byte	1
	.byte	4
	.byte	18
	.long	2232
	.byte	19
	.long	2667
	.byte	4
	.byte	0

	.byte	20
	.byte	0
	.byte	17
	.long	.Linfo_string24
	.long	2267
	.byte	4
	.byte	0
	.byte	0
	.byte	21
	.byte	17
	.long	.Linfo_string27
	.long	2285
	.byte	4
	.byte	0
	.byte	0
	.byte	0
	.byte	5
	.long	.Linfo_string24
	.byte	4
	.byte	1
	.byte	4
	.byte	11
	.long	2777
	.long	.Linfo_string26
	.byte	0
	.byte	5
	.long	.Linfo_string27
	.byte	4
	.byte	1
	.byte	4
	.byte	11
	.long	2777
	.long	.Linfo_string26
	.byte	6
	.long	.Linfo_string28
	.long	2777
	.byte	4
	.byte	0
	.byte	1
	.byte	0
	.byte	0
	.byte	5
	.long	.Linfo_string113
	.byte	1
	.byte	1
	.byte	1
	.byte	18
	.long	2329
	.byte	19
	.long	2653
	.byte	1
	.byte	0

	.byte	20
	.byte	2
	.byte	17
	.long	.Linfo_string24
	.long	2364
	.byte	1
	.byte	0
	.byte	0
	.byte	21
	.byte	17
	.long	.Linfo_string27
	.long	2382
	.byte	1
	.byte	0
	.byte	0
	.byte	0
	.byte	5
	.long	.Linfo_string24
	.byte	1
	.byte	1
	.byte	1
	.byte	11
	.long	3023
	.long	.Linfo_string26
	.byte	0
	.byte	5
	.long	.Linfo_string27
	.byte	1
	.byte	1
	.byte	1
	.byte	11
	.long	3023
	.long	.Linfo_string26
	.byte	6
	.long	.Linfo_string28
	.long	3023
	.byte	1
	.byte	0
	.byte	1
	.byte	0
	.byte	0
	.byte	5
	.long	.Linfo_string116
	.byte	1
	.byte	1
	.byte	1
	.byte	18
	.long	2426
	.byte	19
	.long	2653
	.byte	1
	.byte	0

	.byte	20
	.byte	3
	.byte	17
	.long	.Linfo_string24
	.long	2461
	.byte	1
	.byte	0
	.byte	0
	.byte	21
	.byte	17
	.long	.Linfo_string27
	.long	2479
	.byte	1
	.byte	0
	.byte	0
	.byte	0
	.byte	5
	.long	.Linfo_string24
	.byte	1
	.byte	1
	.byte	1
	.byte	11
	.long	2316
	.long	.Linfo_string26
	.byte	0
	.byte	5
	.long	.Linfo_string27
	.byte	1
	.byte	1
	.byte	1
	.byte	11
	.long	2316
	.long	.Linfo_string26
	.byte	6
	.long	.Linfo_string28
	.long	2316
	.byte	1
	.byte	0
	.byte	1
	.byte	0
	.byte	0
	.byte	5
	.long	.Linfo_string119
	.byte	8
	.byte	1
	.byte	4
	.byte	18
	.long	2523
	.byte	19
	.long	2667
	.byte	4
	.byte	0

	.byte	20
	.byte	0
	.byte	17
	.long	.Linfo_string24
	.long	2558
	.byte	4
	.byte	0
	.byte	0
	.byte	21
	.byte	17
	.long	.Linfo_string27
	.long	2576
	.byte	4
	.byte	0
	.byte	0
	.byte	0
	.byte	5
	.long	.Linfo_string24
	.byte	8
	.byte	1
	.byte	4
	.byte	11
	.long	2674
	.long	.Linfo_string26
	.byte	0
	.byte	5
	.long	.Linfo_string27
	.byte	8
	.byte	1
	.byte	4
	.byte	11
	.long	2674
	.long	.Linfo_string26
	.byte	6
	.long	.Linfo_string28
	.long	2674
	.byte	4
	.byte	0
	.byte	1
	.byte	0
	.byte	0
	.byte	5
	.long	.Linfo_string124
	.byte	4
	.byte	1
	.byte	4
	.byte	32
	.byte	21
	.byte	17
	.long	.Linfo_string123
	.long	2630
	.byte	4
	.byte	0
	.byte	0
	.byte	0
	.byte	5
	.long	.Linfo_string123
	.byte	4
	.byte	1
	.byte	4
	.byte	6
	.long	.Linfo_string28
	.long	2667
	.byte	4
	.byte	0
	.byte	1
	.byte	0
	.byte	0
	.byte	0
	.byte	33
	.long	.Linfo_string5
	.byte	7
	.byte	1
	.byte	33
	.long	.Linfo_string10
	.byte	5
	.byte	4
	.byte	33
	.long	.Linfo_string16
	.byte	7
	.byte	4
	.byte	16
	.long	.Linfo_string21
	.byte	8
	.byte	4
	.byte	17
	.long	.Linfo_string18
	.long	2704
	.byte	4
	.byte	0
	.byte	17
	.long	.Linfo_string19
	.long	2713
	.byte	4
	.byte	4
	.byte	0
	.byte	34
	.long	2653
	.long	0
	.byte	33
	.long	.Linfo_string20
	.byte	7
	.byte	4
	.byte	35
	.long	79
	.long	.Linfo_string25
	.long	0
	.byte	36
	.long	.Lfunc_begin2
	.long	.Lfunc_end2-.Lfunc_begin2
	.byte	1
	.byte	84
	.long	135
	.byte	10
	.byte	2
	.byte	145
	.byte	48
	.long	.Linfo_string55
	.byte	1
	.byte	35
	.long	2720
	.byte	10
	.byte	2
	.byte	145
	.byte	52
	.long	.Linfo_string53
	.byte	1
	.byte	35
	.long	2667
	.byte	0
	.byte	35
	.long	2667
	.long	.Linfo_string35
	.long	0
	.byte	35
	.long	468
	.long	.Linfo_string41
	.long	0
	.byte	35
	.long	208
	.long	.Linfo_string57
	.long	0
	.byte	16
	.long	.Linfo_string60
	.byte	8
	.byte	4
	.byte	17
	.long	.Linfo_string18
	.long	2846
	.byte	4
	.byte	0
	.byte	17
	.long	.Linfo_string19
	.long	2713
	.byte	4
	.byte	4
	.byte	0
	.byte	34
	.long	2667
	.long	0
	.byte	16
	.long	.Linfo_string66
	.byte	12
	.byte	4
	.byte	17
	.long	.Linfo_string28
	.long	2667
	.byte	4
	.byte	4
	.byte	17
	.long	.Linfo_string63
	.long	2896
	.byte	4
	.byte	0
	.byte	17
	.long	.Linfo_string65
	.long	2660
	.byte	4
	.byte	8
	.byte	0
	.byte	33
	.long	.Linfo_string64
	.byte	16
	.byte	4
	.byte	16
	.long	.Linfo_string70
	.byte	6
	.byte	1
	.byte	17
	.long	.Linfo_string28
	.long	2933
	.byte	1
	.byte	0
	.byte	17
	.long	.Linfo_string63
	.long	2963
	.byte	1
	.byte	2
	.byte	0
	.byte	16
	.long	.Linfo_string68
	.byte	2
	.byte	1
	.byte	17
	.long	.Linfo_string28
	.long	2653
	.byte	1
	.byte	0
	.byte	17
	.long	.Linfo_string63
	.long	2653
	.byte	1
	.byte	1
	.byte	0
	.byte	37
	.long	2933
	.byte	38
	.long	2976
	.byte	0
	.byte	2
	.byte	0
	.byte	39
	.long	.Linfo_string69
	.byte	8
	.byte	7
	.byte	37
	.long	2667
	.byte	38
	.long	2976
	.byte	0
	.byte	3
	.byte	0
	.byte	37
	.long	2653
	.byte	38
	.long	2976
	.byte	0
	.byte	4
	.byte	0
	.byte	33
	.long	.Linfo_string98
	.byte	7
	.byte	0
	.byte	33
	.long	.Linfo_string102
	.byte	5
	.byte	8
	.byte	33
	.long	.Linfo_string105
	.byte	2
	.byte	1
	.byte	16
	.long	.Linfo_string126
	.byte	8
	.byte	4
	.byte	17
	.long	.Linfo_string18
	.long	2704
	.byte	4
	.byte	0
	.byte	17
	.long	.Linfo_string19
	.long	2713
	.byte	4
	.byte	4
	.byte	0
	.byte	16
	.long	.Linfo_string129
	.byte	8
	.byte	4
	.byte	17
	.long	.Linfo_string18
	.long	3090
	.byte	4
	.byte	0
	.byte	17
	.long	.Linfo_string19
	.long	2713
	.byte	4
	.byte	4
	.byte	0
	.byte	34
	.long	2933
	.long	0
	.byte	35
	.long	2667
	.long	.Linfo_string131
	.long	0
	.byte	35
	.long	3125
	.long	.Linfo_string134
	.long	0
	.byte	35
	.long	2983
	.long	.Linfo_string133
	.long	0
	.byte	35
	.long	1756
	.long	.Linfo_string136
	.long	0
	.byte	0
.Ldebug_info_end0:
	.section	.text._RINvCs9TKSBt0fXBr_11rust_values7genericmEB2_,"ax",@progbits
.Lsec_end0:
	.section	.text._RNCNvCs9TKSBt0fXBr_11rust_values4work0B3_,"ax",@progbits
.Lsec_end1:
	.section	.text._RNvMNtCs9TKSBt0fXBr_11rust_values4taskNtB2_4Task3run,"ax",@progbits
.Lsec_end2:
	.section	.text._RNvXs_NtCs9TKSBt0fXBr_11rust_values4taskNtB4_3PidNtB4_4Runs4runs,"ax",@progbits
.Lsec_end3:
	.section	.text._start,"ax",@progbits
.Lsec_end4:
	.section	.text.checkpoint,"ax",@progbits
.Lsec_end5:
	.section	.text.work,"ax",@progbits
.Lsec_end6:
	.section	.debug_aranges,"",@progbits
	.long	76
	.short	2
	.long	.Lcu_begin0
	.byte	4
	.byte	0
	.zero	4,255
	.long	.Lfunc_begin0
	.long	.Lsec_end0-.Lfunc_begin0
	.long	.Lfunc_begin1
	.long	.Lsec_end1-.Lfunc_begin1
	.long	.Lfunc_begin2
	.long	.Lsec_end2-.Lfunc_begin2
	.long	.Lfunc_begin3
	.long	.Lsec_end3-.Lfunc_begin3
	.long	.Lfunc_begin4
	.long	.Lsec_end4-.Lfunc_begin4
	.long	.Lfunc_begin5
	.long	.Lsec_end5-.Lfunc_begin5
	.long	.Lfunc_begin6
	.long	.Lsec_end6-.Lfunc_begin6
	.long	0
	.long	0
	.section	.debug_ranges,"",@progbits
.Ldebug_ranges0:
	.long	.Ltmp16
	.long	.Ltmp19
	.long	.Ltmp20
	.long	.Ltmp54
	.long	0
	.long	0
.Ldebug_ranges1:
	.long	.Ltmp16
	.long	.Ltmp19
	.long	.Ltmp21
	.long	.Ltmp54
	.long	0
	.long	0
.Ldebug_ranges2:
	.long	.Ltmp16
	.long	.Ltmp19
	.long	.Ltmp22
	.long	.Ltmp54
	.long	0
	.long	0
.Ldebug_ranges3:
	.long	.Ltmp16
	.long	.Ltmp19
	.long	.Ltmp23
	.long	.Ltmp54
	.long	0
	.long	0
.Ldebug_ranges4:
	.long	.Ltmp16
	.long	.Ltmp19
	.long	.Ltmp24
	.long	.Ltmp54
	.long	0
	.long	0
.Ldebug_ranges5:
	.long	.Ltmp17
	.long	.Ltmp19
	.long	.Ltmp24
	.long	.Ltmp54
	.long	0
	.long	0
.Ldebug_ranges6:
	.long	.Ltmp18
	.long	.Ltmp19
	.long	.Ltmp24
	.long	.Ltmp54
	.long	0
	.long	0
.Ldebug_ranges7:
	.long	.Lfunc_begin0
	.long	.Lfunc_end0
	.long	.Lfunc_begin1
	.long	.Lfunc_end1
	.long	.Lfunc_begin2
	.long	.Lfunc_end2
	.long	.Lfunc_begin3
	.long	.Lfunc_end3
	.long	.Lfunc_begin4
	.long	.Lfunc_end4
	.long	.Lfunc_begin5
	.long	.Lfunc_end5
	.long	.Lfunc_begin6
	.long	.Lfunc_end6
	.long	0
	.long	0
	.section	.debug_str,"MS",@progbits,1
.Linfo_string0:
	.asciz	"clang LLVM (rustc version 1.95.0 (59807616e 2026-04-14))"
.Linfo_string1:
	.asciz	"rust-values.rs/@/rust_values.734d9d7044db8e27-cgu.0"
.Linfo_string2:
	.asciz	"/src"
.Linfo_string3:
	.asciz	"rust_values"
.Linfo_string4:
	.asciz	"task"
.Linfo_string5:
	.asciz	"u8"
.Linfo_string6:
	.asciz	"Idle"
.Linfo_string7:
	.asciz	"Running"
.Linfo_string8:
	.asciz	"Dead"
.Linfo_string9:
	.asciz	"State"
.Linfo_string10:
	.asciz	"i32"
.Linfo_string11:
	.asciz	"Low"
.Linfo_string12:
	.asciz	"High"
.Linfo_string13:
	.asciz	"Signed"
.Linfo_string14:
	.asciz	"work"
.Linfo_string15:
	.asciz	"pid"
.Linfo_string16:
	.asciz	"u32"
.Linfo_string17:
	.asciz	"name"
.Linfo_string18:
	.asciz	"data_ptr"
.Linfo_string19:
	.asciz	"length"
.Linfo_string20:
	.asciz	"usize"
.Linfo_string21:
	.asciz	"&str"
.Linfo_string22:
	.asciz	"state"
.Linfo_string23:
	.asciz	"parent"
.Linfo_string24:
	.asciz	"Nothing"
.Linfo_string25:
	.asciz	"&rust_values::task::Task"
.Linfo_string26:
	.asciz	"T"
.Linfo_string27:
	.asciz	"Just"
.Linfo_string28:
	.asciz	"__0"
.Linfo_string29:
	.asciz	"Maybe<&rust_values::task::Task>"
.Linfo_string30:
	.asciz	"Task"
.Linfo_string31:
	.asciz	"_RNvMNtCs9TKSBt0fXBr_11rust_values4taskNtB2_4Task3run"
.Linfo_string32:
	.asciz	"run"
.Linfo_string33:
	.asciz	"{impl#1}"
.Linfo_string34:
	.asciz	"_ref__times"
.Linfo_string35:
	.asciz	"&u32"
.Linfo_string36:
	.asciz	"{closure_env#0}"
.Linfo_string37:
	.asciz	"F"
.Linfo_string38:
	.asciz	"_RINvCs9TKSBt0fXBr_11rust_values5applyNCNvB2_4work0EB2_"
.Linfo_string39:
	.asciz	"apply<rust_values::work::{closure_env#0}>"
.Linfo_string40:
	.asciz	"f"
.Linfo_string41:
	.asciz	"&rust_values::work::{closure_env#0}"
.Linfo_string42:
	.asciz	"x"
.Linfo_string43:
	.asciz	"_RINvCs9TKSBt0fXBr_11rust_values7genericmEB2_"
.Linfo_string44:
	.asciz	"generic<u32>"
.Linfo_string45:
	.asciz	"_RNCNvCs9TKSBt0fXBr_11rust_values4work0B3_"
.Linfo_string46:
	.asciz	"{closure#0}"
.Linfo_string47:
	.asciz	"_RNvXs_NtCs9TKSBt0fXBr_11rust_values4taskNtB4_3PidNtB4_4Runs4runs"
.Linfo_string48:
	.asciz	"runs"
.Linfo_string49:
	.asciz	"_start"
.Linfo_string50:
	.asciz	"checkpoint"
.Linfo_string51:
	.asciz	"value"
.Linfo_string52:
	.asciz	"copy"
.Linfo_string53:
	.asciz	"times"
.Linfo_string54:
	.asciz	"captured"
.Linfo_string55:
	.asciz	"self"
.Linfo_string56:
	.asciz	"Pid"
.Linfo_string57:
	.asciz	"&rust_values::task::Pid"
.Linfo_string58:
	.asciz	"child"
.Linfo_string59:
	.asciz	"numbers"
.Linfo_string60:
	.asciz	"&[u32]"
.Linfo_string61:
	.asciz	"text"
.Linfo_string62:
	.asciz	"tuple"
.Linfo_string63:
	.asciz	"__1"
.Linfo_string64:
	.asciz	"char"
.Linfo_string65:
	.asciz	"__2"
.Linfo_string66:
	.asciz	"(u32, char, i32)"
.Linfo_string67:
	.asciz	"nested"
.Linfo_string68:
	.asciz	"(u8, u8)"
.Linfo_string69:
	.asciz	"__ARRAY_SIZE_TYPE__"
.Linfo_string70:
	.asciz	"((u8, u8), [(u8, u8); 2])"
.Linfo_string71:
	.asciz	"array"
.Linfo_string72:
	.asciz	"some"
.Linfo_string73:
	.asciz	"Maybe<u32>"
.Linfo_string74:
	.asciz	"quiet"
.Linfo_string75:
	.asciz	"Quiet"
.Linfo_string76:
	.asciz	"Key"
.Linfo_string77:
	.asciz	"Move"
.Linfo_string78:
	.asciz	"y"
.Linfo_string79:
	.asciz	"Line"
.Linfo_string80:
	.asciz	"Nested"
.Linfo_string81:
	.asciz	"Event"
.Linfo_string82:
	.asciz	"key"
.Linfo_string83:
	.asciz	"moved"
.Linfo_string84:
	.asciz	"line"
.Linfo_string85:
	.asciz	"inner"
.Linfo_string86:
	.asciz	"good"
.Linfo_string87:
	.asciz	"Good"
.Linfo_string88:
	.asciz	"E"
.Linfo_string89:
	.asciz	"Bad"
.Linfo_string90:
	.asciz	"Outcome<u32, &str>"
.Linfo_string91:
	.asciz	"bad"
.Linfo_string92:
	.asciz	"word"
.Linfo_string93:
	.asciz	"all"
.Linfo_string94:
	.asciz	"part"
.Linfo_string95:
	.asciz	"Word"
.Linfo_string96:
	.asciz	"closure"
.Linfo_string97:
	.asciz	"unit"
.Linfo_string98:
	.asciz	"()"
.Linfo_string99:
	.asciz	"letter"
.Linfo_string100:
	.asciz	"smile"
.Linfo_string101:
	.asciz	"big"
.Linfo_string102:
	.asciz	"i64"
.Linfo_string103:
	.asciz	"pair"
.Linfo_string104:
	.asciz	"A"
.Linfo_string105:
	.asciz	"bool"
.Linfo_string106:
	.asciz	"B"
.Linfo_string107:
	.asciz	"Pair<u8, bool>"
.Linfo_string108:
	.asciz	"none"
.Linfo_string109:
	.asciz	"some_ref"
.Linfo_string110:
	.asciz	"Maybe<&u32>"
.Linfo_string111:
	.asciz	"none_ref"
.Linfo_string112:
	.asciz	"some_bool"
.Linfo_string113:
	.asciz	"Maybe<bool>"
.Linfo_string114:
	.asciz	"none_bool"
.Linfo_string115:
	.asciz	"deep"
.Linfo_string116:
	.asciz	"Maybe<rust_values::Maybe<bool>>"
.Linfo_string117:
	.asciz	"deep_none"
.Linfo_string118:
	.asciz	"some_text"
.Linfo_string119:
	.asciz	"Maybe<&str>"
.Linfo_string120:
	.asciz	"low"
.Linfo_string121:
	.asciz	"high"
.Linfo_string122:
	.asciz	"only"
.Linfo_string123:
	.asciz	"One"
.Linfo_string124:
	.asciz	"Only"
.Linfo_string125:
	.asciz	"bytes"
.Linfo_string126:
	.asciz	"&[u8]"
.Linfo_string127:
	.asciz	"empty"
.Linfo_string128:
	.asciz	"pairs"
.Linfo_string129:
	.asciz	"&[(u8, u8)]"
.Linfo_string130:
	.asciz	"pointer"
.Linfo_string131:
	.asciz	"*const u32"
.Linfo_string132:
	.asciz	"twofold"
.Linfo_string133:
	.asciz	"&[u32; 3]"
.Linfo_string134:
	.asciz	"&&[u32; 3]"
.Linfo_string135:
	.asciz	"whole"
.Linfo_string136:
	.asciz	"&rust_values::Maybe<u32>"
	.ident	"rustc version 1.95.0 (59807616e 2026-04-14)"
	.section	".note.GNU-stack","",@progbits
	.section	.debug_line,"",@progbits
.Lline_table_start0:
