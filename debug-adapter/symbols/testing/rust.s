	.file	"rust.cebe997107dec46e-cgu.0"
	.file	1 "/src" "rust.rs"
	.section	.text.port_base,"ax",@progbits
	.globl	port_base
	.p2align	4
	.type	port_base,@function
port_base:
.Lfunc_begin0:
	.loc	1 26 0
	.cfi_startproc
	subl	$16, %esp
	.cfi_def_cfa_offset 20
	movb	24(%esp), %al
	movl	20(%esp), %ecx
	movb	%al, %dl
	andb	$1, %dl
	movb	%dl, 11(%esp)
.Ltmp0:
	.loc	1 27 20 prologue_end
	movl	(%ecx), %ecx
	movl	%ecx, (%esp)
	movl	%ecx, 12(%esp)
.Ltmp1:
	.loc	1 28 12
	testb	$1, %al
	jne	.LBB0_2
	.loc	1 28 34 is_stmt 0
	movl	$0, 4(%esp)
	.loc	1 28 9
	jmp	.LBB0_3
.LBB0_2:
	.loc	1 0 9
	movl	(%esp), %eax
	.loc	1 28 20
	movl	%eax, 4(%esp)
.Ltmp2:
.LBB0_3:
	.loc	1 29 6 is_stmt 1
	movl	4(%esp), %eax
	.loc	1 29 6 epilogue_begin is_stmt 0
	addl	$16, %esp
	.cfi_def_cfa_offset 4
	retl
.Ltmp3:
.Lfunc_end0:
	.size	port_base, .Lfunc_end0-port_base
	.cfi_endproc

	.section	.text.rust_start,"ax",@progbits
	.globl	rust_start
	.p2align	4
	.type	rust_start,@function
rust_start:
.Lfunc_begin1:
	.loc	1 34 0 is_stmt 1
	.cfi_startproc
	pushl	%ebx
	.cfi_def_cfa_offset 8
	subl	$40, %esp
	.cfi_def_cfa_offset 48
	.cfi_offset %ebx, -8
	calll	.L1$pb
	.cfi_adjust_cfa_offset 4
.L1$pb:
	popl	%ebx
	.cfi_adjust_cfa_offset -4
.Ltmp4:
	addl	$_GLOBAL_OFFSET_TABLE_+(.Ltmp4-.L1$pb), %ebx
	movl	48(%esp), %eax
	movl	%eax, 16(%esp)
.Ltmp5:
	.loc	1 35 17 prologue_end
	movl	_RNvNtCshKuLGoDTFBq_4rust6driver4PORT@GOT(%ebx), %eax
	movl	%eax, (%esp)
	movl	$1, 4(%esp)
	calll	port_base@PLT
	movl	%eax, 20(%esp)
	movl	%eax, 28(%esp)
	movl	%eax, 36(%esp)
.Ltmp6:
	.loc	1 41 5
	cmpl	$1016, %eax
	jne	.LBB1_2
	.loc	1 42 18
	movb	$1, 35(%esp)
	jmp	.LBB1_3
.LBB1_2:
	.loc	1 43 14
	movb	$0, 35(%esp)
.Ltmp7:
.LBB1_3:
	.loc	1 37 8
	testb	$1, 35(%esp)
	jne	.LBB1_5
	.loc	1 0 8 is_stmt 0
	movl	20(%esp), %eax
	.loc	1 37 40
	movl	%eax, 24(%esp)
	.loc	1 37 5
	jmp	.LBB1_6
.LBB1_5:
	.loc	1 0 5
	movl	16(%esp), %eax
	.loc	1 37 26
	movl	%eax, 24(%esp)
.Ltmp8:
.LBB1_6:
	.loc	1 38 2 is_stmt 1
	movl	24(%esp), %eax
	.loc	1 38 2 epilogue_begin is_stmt 0
	addl	$40, %esp
	.cfi_def_cfa_offset 8
	popl	%ebx
	.cfi_def_cfa_offset 4
	retl
.Ltmp9:
.Lfunc_end1:
	.size	rust_start, .Lfunc_end1-rust_start
	.cfi_endproc

	.type	NICHE,@object
	.section	.data.rel.ro.NICHE,"aw",@progbits
	.globl	NICHE
	.p2align	2, 0x0
NICHE:
	.long	.Lanon.67541e367ea5575daf23698dca77afef.2
	.size	NICHE, 4

	.type	.Lanon.67541e367ea5575daf23698dca77afef.0,@object
	.section	.rodata..Lanon.67541e367ea5575daf23698dca77afef.0,"a",@progbits
.Lanon.67541e367ea5575daf23698dca77afef.0:
	.ascii	"\001\002\003"
	.size	.Lanon.67541e367ea5575daf23698dca77afef.0, 3

	.type	BYTES,@object
	.section	.data.rel.ro.BYTES,"aw",@progbits
	.globl	BYTES
	.p2align	2, 0x0
BYTES:
	.long	.Lanon.67541e367ea5575daf23698dca77afef.0
	.asciz	"\003\000\000"
	.size	BYTES, 8

	.type	LAST,@object
	.section	.data.LAST,"aw",@progbits
	.globl	LAST
	.p2align	2, 0x0
LAST:
	.byte	2
	.zero	3
	.asciz	"\001\000\000\000\002\000\000"
	.size	LAST, 12

	.type	LEVEL,@object
	.section	.data.LEVEL,"aw",@progbits
	.globl	LEVEL
LEVEL:
	.byte	7
	.size	LEVEL, 1

	.type	.Lanon.67541e367ea5575daf23698dca77afef.1,@object
	.section	.rodata..Lanon.67541e367ea5575daf23698dca77afef.1,"a",@progbits
.Lanon.67541e367ea5575daf23698dca77afef.1:
	.ascii	"colinux"
	.size	.Lanon.67541e367ea5575daf23698dca77afef.1, 7

	.type	NAME,@object
	.section	.data.rel.ro.NAME,"aw",@progbits
	.globl	NAME
	.p2align	2, 0x0
NAME:
	.long	.Lanon.67541e367ea5575daf23698dca77afef.1
	.asciz	"\007\000\000"
	.size	NAME, 8

	.type	.Lanon.67541e367ea5575daf23698dca77afef.2,@object
	.section	.rodata.cst4,"aM",@progbits,4
	.p2align	2, 0x0
.Lanon.67541e367ea5575daf23698dca77afef.2:
	.asciz	"\005\000\000"
	.size	.Lanon.67541e367ea5575daf23698dca77afef.2, 4

	.type	NOTHING,@object
	.section	.rodata.NOTHING,"a",@progbits
	.globl	NOTHING
	.p2align	2, 0x0
NOTHING:
	.zero	4
	.zero	4
	.size	NOTHING, 8

	.type	NO_NICHE,@object
	.section	.rodata.NO_NICHE,"a",@progbits
	.globl	NO_NICHE
	.p2align	2, 0x0
NO_NICHE:
	.zero	4
	.size	NO_NICHE, 4

	.type	PLAIN,@object
	.section	.rodata.PLAIN,"a",@progbits
	.globl	PLAIN
	.p2align	2, 0x0
PLAIN:
	.asciz	"\001\000\000\000\007\000\000"
	.size	PLAIN, 8

	.type	WORD,@object
	.section	.data.WORD,"aw",@progbits
	.globl	WORD
	.p2align	2, 0x0
WORD:
	.asciz	"\005\000\000"
	.size	WORD, 4

	.type	_RNvNtCshKuLGoDTFBq_4rust6driver4PORT,@object
	.section	.data._RNvNtCshKuLGoDTFBq_4rust6driver4PORT,"aw",@progbits
	.globl	_RNvNtCshKuLGoDTFBq_4rust6driver4PORT
	.p2align	2, 0x0
_RNvNtCshKuLGoDTFBq_4rust6driver4PORT:
	.ascii	"\370\003\000\000\b\001"
	.zero	2
	.size	_RNvNtCshKuLGoDTFBq_4rust6driver4PORT, 8

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
	.byte	52
	.byte	0
	.byte	3
	.byte	14
	.byte	73
	.byte	19
	.byte	63
	.byte	25
	.byte	58
	.byte	11
	.byte	59
	.byte	11
	.ascii	"\210\001"
	.byte	15
	.byte	2
	.byte	24
	.byte	0
	.byte	0
	.byte	4
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
	.byte	5
	.byte	51
	.byte	1
	.byte	21
	.byte	19
	.byte	0
	.byte	0
	.byte	6
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
	.byte	7
	.byte	25
	.byte	1
	.byte	22
	.byte	11
	.byte	0
	.byte	0
	.byte	8
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
	.byte	9
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
	.byte	10
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
	.byte	11
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
	.byte	12
	.byte	40
	.byte	0
	.byte	3
	.byte	14
	.byte	28
	.byte	15
	.byte	0
	.byte	0
	.byte	13
	.byte	25
	.byte	1
	.byte	0
	.byte	0
	.byte	14
	.byte	47
	.byte	0
	.byte	73
	.byte	19
	.byte	3
	.byte	14
	.byte	0
	.byte	0
	.byte	15
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
	.byte	16
	.byte	52
	.byte	0
	.byte	3
	.byte	14
	.byte	73
	.byte	19
	.byte	63
	.byte	25
	.byte	58
	.byte	11
	.byte	59
	.byte	11
	.ascii	"\210\001"
	.byte	15
	.byte	2
	.byte	24
	.byte	110
	.byte	14
	.byte	0
	.byte	0
	.byte	17
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
	.byte	18
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
	.byte	19
	.byte	11
	.byte	1
	.byte	17
	.byte	1
	.byte	18
	.byte	6
	.byte	0
	.byte	0
	.byte	20
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
	.byte	21
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
	.byte	22
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
	.byte	23
	.byte	11
	.byte	1
	.byte	0
	.byte	0
	.byte	24
	.byte	52
	.byte	0
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
	.byte	25
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
	.byte	26
	.byte	5
	.byte	0
	.byte	2
	.byte	24
	.byte	49
	.byte	19
	.byte	0
	.byte	0
	.byte	27
	.byte	11
	.byte	1
	.byte	17
	.byte	1
	.byte	18
	.byte	6
	.byte	49
	.byte	19
	.byte	0
	.byte	0
	.byte	28
	.byte	52
	.byte	0
	.byte	2
	.byte	24
	.byte	49
	.byte	19
	.byte	0
	.byte	0
	.byte	29
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
	.byte	30
	.byte	15
	.byte	0
	.byte	73
	.byte	19
	.byte	51
	.byte	6
	.byte	0
	.byte	0
	.byte	31
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
	.byte	32
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
	.byte	33
	.byte	1
	.byte	1
	.byte	73
	.byte	19
	.byte	0
	.byte	0
	.byte	34
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
	.byte	35
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
	.long	.Ldebug_ranges0
	.byte	2
	.long	.Linfo_string3
	.byte	3
	.long	.Linfo_string4
	.long	907

	.byte	1
	.byte	48
	.byte	4
	.byte	5
	.byte	3
	.long	BYTES
	.byte	3
	.long	.Linfo_string10
	.long	79

	.byte	1
	.byte	31
	.byte	4
	.byte	5
	.byte	3
	.long	LAST
	.byte	4
	.long	.Linfo_string18
	.byte	12
	.byte	1
	.byte	4
	.byte	5
	.long	92
	.byte	6
	.long	946
	.byte	1
	.byte	0

	.byte	7
	.byte	0
	.byte	8
	.long	.Linfo_string11
	.long	142
	.byte	4
	.byte	0
	.byte	0
	.byte	7
	.byte	1
	.byte	8
	.long	.Linfo_string12
	.long	150
	.byte	4
	.byte	0
	.byte	0
	.byte	7
	.byte	2
	.byte	8
	.long	.Linfo_string14
	.long	171
	.byte	4
	.byte	0
	.byte	0
	.byte	0
	.byte	9
	.long	.Linfo_string11
	.byte	12
	.byte	1
	.byte	4
	.byte	4
	.long	.Linfo_string12
	.byte	12
	.byte	1
	.byte	4
	.byte	10
	.long	.Linfo_string13
	.long	946
	.byte	1
	.byte	1
	.byte	1
	.byte	0
	.byte	4
	.long	.Linfo_string14
	.byte	12
	.byte	1
	.byte	4
	.byte	10
	.long	.Linfo_string15
	.long	960
	.byte	4
	.byte	4
	.byte	1
	.byte	10
	.long	.Linfo_string17
	.long	960
	.byte	4
	.byte	8
	.byte	1
	.byte	0
	.byte	0
	.byte	3
	.long	.Linfo_string19
	.long	223

	.byte	1
	.byte	32
	.byte	1
	.byte	5
	.byte	3
	.long	LEVEL
	.byte	11
	.long	946

	.long	.Linfo_string22
	.byte	1
	.byte	1
	.byte	12
	.long	.Linfo_string20
	.byte	1
	.byte	12
	.long	.Linfo_string21
	.byte	7
	.byte	0
	.byte	3
	.long	.Linfo_string23
	.long	967

	.byte	1
	.byte	47
	.byte	4
	.byte	5
	.byte	3
	.long	NAME
	.byte	3
	.long	.Linfo_string25
	.long	283

	.byte	1
	.byte	51
	.byte	4
	.byte	5
	.byte	3
	.long	NICHE
	.byte	4
	.long	.Linfo_string30
	.byte	4
	.byte	1
	.byte	4
	.byte	5
	.long	296
	.byte	6
	.long	960
	.byte	4
	.byte	0

	.byte	7
	.byte	0
	.byte	8
	.long	.Linfo_string26
	.long	331
	.byte	4
	.byte	0
	.byte	0
	.byte	13
	.byte	8
	.long	.Linfo_string29
	.long	349
	.byte	4
	.byte	0
	.byte	0
	.byte	0
	.byte	4
	.long	.Linfo_string26
	.byte	4
	.byte	1
	.byte	4
	.byte	14
	.long	997
	.long	.Linfo_string28
	.byte	0
	.byte	4
	.long	.Linfo_string29
	.byte	4
	.byte	1
	.byte	4
	.byte	14
	.long	997
	.long	.Linfo_string28
	.byte	10
	.long	.Linfo_string13
	.long	997
	.byte	4
	.byte	0
	.byte	1
	.byte	0
	.byte	0
	.byte	3
	.long	.Linfo_string31
	.long	398

	.byte	1
	.byte	50
	.byte	4
	.byte	5
	.byte	3
	.long	NOTHING
	.byte	4
	.long	.Linfo_string32
	.byte	8
	.byte	1
	.byte	4
	.byte	5
	.long	411
	.byte	6
	.long	960
	.byte	4
	.byte	0

	.byte	7
	.byte	0
	.byte	8
	.long	.Linfo_string26
	.long	447
	.byte	4
	.byte	0
	.byte	0
	.byte	7
	.byte	1
	.byte	8
	.long	.Linfo_string29
	.long	465
	.byte	4
	.byte	0
	.byte	0
	.byte	0
	.byte	4
	.long	.Linfo_string26
	.byte	8
	.byte	1
	.byte	4
	.byte	14
	.long	960
	.long	.Linfo_string28
	.byte	0
	.byte	4
	.long	.Linfo_string29
	.byte	8
	.byte	1
	.byte	4
	.byte	14
	.long	960
	.long	.Linfo_string28
	.byte	10
	.long	.Linfo_string13
	.long	960
	.byte	4
	.byte	4
	.byte	1
	.byte	0
	.byte	0
	.byte	3
	.long	.Linfo_string33
	.long	283

	.byte	1
	.byte	52
	.byte	4
	.byte	5
	.byte	3
	.long	NO_NICHE
	.byte	3
	.long	.Linfo_string34
	.long	398

	.byte	1
	.byte	49
	.byte	4
	.byte	5
	.byte	3
	.long	PLAIN
	.byte	3
	.long	.Linfo_string35
	.long	550

	.byte	1
	.byte	33
	.byte	4
	.byte	5
	.byte	3
	.long	WORD
	.byte	15
	.long	.Linfo_string39
	.byte	4
	.byte	4
	.byte	8
	.long	.Linfo_string36
	.long	960
	.byte	4
	.byte	0
	.byte	8
	.long	.Linfo_string37
	.long	1010
	.byte	1
	.byte	0
	.byte	0
	.byte	2
	.long	.Linfo_string40
	.byte	16
	.long	.Linfo_string41
	.long	683

	.byte	1
	.byte	25
	.byte	4
	.byte	5
	.byte	3
	.long	_RNvNtCshKuLGoDTFBq_4rust6driver4PORT
	.long	.Linfo_string47
	.byte	17
	.long	.Lfunc_begin0
	.long	.Lfunc_end0-.Lfunc_begin0
	.byte	1
	.byte	84
	.long	.Linfo_string52
	.byte	1
	.byte	26
	.long	960

	.byte	18
	.byte	2
	.byte	145
	.byte	20
	.long	.Linfo_string54
	.byte	1
	.byte	26
	.long	1037
	.byte	18
	.byte	2
	.byte	145
	.byte	11
	.long	.Linfo_string56
	.byte	1
	.byte	26
	.long	1030
	.byte	19
	.long	.Ltmp1
	.long	.Ltmp2-.Ltmp1
	.byte	20
	.byte	2
	.byte	145
	.byte	12
	.long	.Linfo_string42
	.byte	4
	.byte	1
	.byte	27
	.long	960
	.byte	0
	.byte	0
	.byte	0
	.byte	4
	.long	.Linfo_string46
	.byte	8
	.byte	1
	.byte	4
	.byte	10
	.long	.Linfo_string42
	.long	960
	.byte	4
	.byte	0
	.byte	1
	.byte	10
	.long	.Linfo_string43
	.long	946
	.byte	1
	.byte	4
	.byte	1
	.byte	10
	.long	.Linfo_string44
	.long	1030
	.byte	1
	.byte	5
	.byte	1
	.byte	0
	.byte	21
	.long	.Linfo_string48
	.long	.Linfo_string49
	.byte	1
	.byte	39
	.long	1030
	.byte	1
	.byte	22
	.long	.Linfo_string50
	.byte	1
	.byte	39
	.long	960
	.byte	23
	.byte	24
	.long	.Linfo_string51
	.byte	4
	.byte	1
	.byte	40
	.long	960
	.byte	0
	.byte	0
	.byte	17
	.long	.Lfunc_begin1
	.long	.Lfunc_end1-.Lfunc_begin1
	.byte	4
	.byte	156
	.byte	17
	.byte	80
	.byte	34
	.long	.Linfo_string53
	.byte	1
	.byte	34
	.long	960

	.byte	18
	.byte	2
	.byte	145
	.byte	48
	.long	.Linfo_string57
	.byte	1
	.byte	34
	.long	960
	.byte	19
	.long	.Ltmp6
	.long	.Ltmp8-.Ltmp6
	.byte	20
	.byte	2
	.byte	145
	.byte	28
	.long	.Linfo_string59
	.byte	4
	.byte	1
	.byte	35
	.long	960
	.byte	19
	.long	.Ltmp6
	.long	.Ltmp8-.Ltmp6
	.byte	20
	.byte	2
	.byte	145
	.byte	48
	.long	.Linfo_string58
	.byte	4
	.byte	1
	.byte	36
	.long	960
	.byte	25
	.long	728
	.long	.Ltmp6
	.long	.Ltmp7-.Ltmp6
	.byte	1
	.byte	37
	.byte	8
	.byte	26
	.byte	2
	.byte	145
	.byte	36
	.long	744
	.byte	27
	.long	.Ltmp6
	.long	.Ltmp7-.Ltmp6
	.long	755
	.byte	28
	.byte	2
	.byte	145
	.byte	36
	.long	756
	.byte	0
	.byte	0
	.byte	0
	.byte	0
	.byte	0
	.byte	0
	.byte	29
	.long	.Linfo_string9
	.byte	8
	.byte	4
	.byte	8
	.long	.Linfo_string5
	.long	937
	.byte	4
	.byte	0
	.byte	8
	.long	.Linfo_string7
	.long	953
	.byte	4
	.byte	4
	.byte	0
	.byte	30
	.long	946
	.long	0
	.byte	31
	.long	.Linfo_string6
	.byte	7
	.byte	1
	.byte	31
	.long	.Linfo_string8
	.byte	7
	.byte	4
	.byte	31
	.long	.Linfo_string16
	.byte	7
	.byte	4
	.byte	29
	.long	.Linfo_string24
	.byte	8
	.byte	4
	.byte	8
	.long	.Linfo_string5
	.long	937
	.byte	4
	.byte	0
	.byte	8
	.long	.Linfo_string7
	.long	953
	.byte	4
	.byte	4
	.byte	0
	.byte	32
	.long	960
	.long	.Linfo_string27
	.long	0
	.byte	33
	.long	946
	.byte	34
	.long	1023
	.byte	0
	.byte	4
	.byte	0
	.byte	35
	.long	.Linfo_string38
	.byte	8
	.byte	7
	.byte	31
	.long	.Linfo_string45
	.byte	2
	.byte	1
	.byte	32
	.long	683
	.long	.Linfo_string55
	.long	0
	.byte	0
.Ldebug_info_end0:
	.section	.data.rel.ro.BYTES,"aw",@progbits
.Lsec_end0:
	.section	.data.LAST,"aw",@progbits
.Lsec_end1:
	.section	.data.LEVEL,"aw",@progbits
.Lsec_end2:
	.section	.data.rel.ro.NAME,"aw",@progbits
.Lsec_end3:
	.section	.data.rel.ro.NICHE,"aw",@progbits
.Lsec_end4:
	.section	.rodata.NOTHING,"a",@progbits
.Lsec_end5:
	.section	.rodata.NO_NICHE,"a",@progbits
.Lsec_end6:
	.section	.rodata.PLAIN,"a",@progbits
.Lsec_end7:
	.section	.data.WORD,"aw",@progbits
.Lsec_end8:
	.section	.data._RNvNtCshKuLGoDTFBq_4rust6driver4PORT,"aw",@progbits
.Lsec_end9:
	.section	.text.port_base,"ax",@progbits
.Lsec_end10:
	.section	.text.rust_start,"ax",@progbits
.Lsec_end11:
	.section	.debug_aranges,"",@progbits
	.long	116
	.short	2
	.long	.Lcu_begin0
	.byte	4
	.byte	0
	.zero	4,255
	.long	BYTES
	.long	.Lsec_end0-BYTES
	.long	LAST
	.long	.Lsec_end1-LAST
	.long	LEVEL
	.long	.Lsec_end2-LEVEL
	.long	NAME
	.long	.Lsec_end3-NAME
	.long	NICHE
	.long	.Lsec_end4-NICHE
	.long	NOTHING
	.long	.Lsec_end5-NOTHING
	.long	NO_NICHE
	.long	.Lsec_end6-NO_NICHE
	.long	PLAIN
	.long	.Lsec_end7-PLAIN
	.long	WORD
	.long	.Lsec_end8-WORD
	.long	_RNvNtCshKuLGoDTFBq_4rust6driver4PORT
	.long	.Lsec_end9-_RNvNtCshKuLGoDTFBq_4rust6driver4PORT
	.long	.Lfunc_begin0
	.long	.Lsec_end10-.Lfunc_begin0
	.long	.Lfunc_begin1
	.long	.Lsec_end11-.Lfunc_begin1
	.long	0
	.long	0
	.section	.debug_ranges,"",@progbits
.Ldebug_ranges0:
	.long	.Lfunc_begin0
	.long	.Lfunc_end0
	.long	.Lfunc_begin1
	.long	.Lfunc_end1
	.long	0
	.long	0
	.section	.debug_str,"MS",@progbits,1
.Linfo_string0:
	.asciz	"clang LLVM (rustc version 1.95.0 (59807616e 2026-04-14))"
.Linfo_string1:
	.asciz	"rust.rs/@/rust.cebe997107dec46e-cgu.0"
.Linfo_string2:
	.asciz	"/src"
.Linfo_string3:
	.asciz	"rust"
.Linfo_string4:
	.asciz	"BYTES"
.Linfo_string5:
	.asciz	"data_ptr"
.Linfo_string6:
	.asciz	"u8"
.Linfo_string7:
	.asciz	"length"
.Linfo_string8:
	.asciz	"usize"
.Linfo_string9:
	.asciz	"&[u8]"
.Linfo_string10:
	.asciz	"LAST"
.Linfo_string11:
	.asciz	"None"
.Linfo_string12:
	.asciz	"Byte"
.Linfo_string13:
	.asciz	"__0"
.Linfo_string14:
	.asciz	"Wide"
.Linfo_string15:
	.asciz	"low"
.Linfo_string16:
	.asciz	"u32"
.Linfo_string17:
	.asciz	"high"
.Linfo_string18:
	.asciz	"Message"
.Linfo_string19:
	.asciz	"LEVEL"
.Linfo_string20:
	.asciz	"Low"
.Linfo_string21:
	.asciz	"High"
.Linfo_string22:
	.asciz	"Level"
.Linfo_string23:
	.asciz	"NAME"
.Linfo_string24:
	.asciz	"&str"
.Linfo_string25:
	.asciz	"NICHE"
.Linfo_string26:
	.asciz	"Nothing"
.Linfo_string27:
	.asciz	"&u32"
.Linfo_string28:
	.asciz	"T"
.Linfo_string29:
	.asciz	"Just"
.Linfo_string30:
	.asciz	"Maybe<&u32>"
.Linfo_string31:
	.asciz	"NOTHING"
.Linfo_string32:
	.asciz	"Maybe<u32>"
.Linfo_string33:
	.asciz	"NO_NICHE"
.Linfo_string34:
	.asciz	"PLAIN"
.Linfo_string35:
	.asciz	"WORD"
.Linfo_string36:
	.asciz	"all"
.Linfo_string37:
	.asciz	"part"
.Linfo_string38:
	.asciz	"__ARRAY_SIZE_TYPE__"
.Linfo_string39:
	.asciz	"Word"
.Linfo_string40:
	.asciz	"driver"
.Linfo_string41:
	.asciz	"PORT"
.Linfo_string42:
	.asciz	"base"
.Linfo_string43:
	.asciz	"bits"
.Linfo_string44:
	.asciz	"ready"
.Linfo_string45:
	.asciz	"bool"
.Linfo_string46:
	.asciz	"Port"
.Linfo_string47:
	.asciz	"_RNvNtCshKuLGoDTFBq_4rust6driver4PORT"
.Linfo_string48:
	.asciz	"_RNvCshKuLGoDTFBq_4rust8first_is"
.Linfo_string49:
	.asciz	"first_is"
.Linfo_string50:
	.asciz	"x"
.Linfo_string51:
	.asciz	"seen"
.Linfo_string52:
	.asciz	"port_base"
.Linfo_string53:
	.asciz	"rust_start"
.Linfo_string54:
	.asciz	"port"
.Linfo_string55:
	.asciz	"&rust::Port"
.Linfo_string56:
	.asciz	"which"
.Linfo_string57:
	.asciz	"n"
.Linfo_string58:
	.asciz	"kept"
.Linfo_string59:
	.asciz	"first"
	.ident	"rustc version 1.95.0 (59807616e 2026-04-14)"
	.section	".note.GNU-stack","",@progbits
	.section	.debug_line,"",@progbits
.Lline_table_start0:
