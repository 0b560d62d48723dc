	.file	"rust.cebe997107dec46e-cgu.0"
	.file	1 "/src" "rust.rs"
	.section	.text.port_base,"ax",@progbits
	.globl	port_base
	.p2align	4
	.type	port_base,@function
port_base:
.Lfunc_begin0:
	.loc	1 23 0
	.cfi_startproc
	subl	$16, %esp
	.cfi_def_cfa_offset 20
	movb	24(%esp), %al
	movl	20(%esp), %ecx
	movb	%al, %dl
	andb	$1, %dl
	movb	%dl, 11(%esp)
.Ltmp0:
	.loc	1 24 20 prologue_end
	movl	(%ecx), %ecx
	movl	%ecx, (%esp)
	movl	%ecx, 12(%esp)
.Ltmp1:
	.loc	1 25 12
	testb	$1, %al
	jne	.LBB0_2
	.loc	1 25 34 is_stmt 0
	movl	$0, 4(%esp)
	.loc	1 25 9
	jmp	.LBB0_3
.LBB0_2:
	.loc	1 0 9
	movl	(%esp), %eax
	.loc	1 25 20
	movl	%eax, 4(%esp)
.Ltmp2:
.LBB0_3:
	.loc	1 26 6 is_stmt 1
	movl	4(%esp), %eax
	.loc	1 26 6 epilogue_begin is_stmt 0
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
	.loc	1 31 0 is_stmt 1
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
	.loc	1 32 17 prologue_end
	movl	_RNvNtCshKuLGoDTFBq_4rust6driver4PORT@GOT(%ebx), %eax
	movl	%eax, (%esp)
	movl	$1, 4(%esp)
	calll	port_base@PLT
	movl	%eax, 20(%esp)
	movl	%eax, 28(%esp)
	movl	%eax, 36(%esp)
.Ltmp6:
	.loc	1 38 5
	cmpl	$1016, %eax
	jne	.LBB1_2
	.loc	1 39 18
	movb	$1, 35(%esp)
	jmp	.LBB1_3
.LBB1_2:
	.loc	1 40 14
	movb	$0, 35(%esp)
.Ltmp7:
.LBB1_3:
	.loc	1 34 8
	testb	$1, 35(%esp)
	jne	.LBB1_5
	.loc	1 0 8 is_stmt 0
	movl	20(%esp), %eax
	.loc	1 34 40
	movl	%eax, 24(%esp)
	.loc	1 34 5
	jmp	.LBB1_6
.LBB1_5:
	.loc	1 0 5
	movl	16(%esp), %eax
	.loc	1 34 26
	movl	%eax, 24(%esp)
.Ltmp8:
.LBB1_6:
	.loc	1 35 2 is_stmt 1
	movl	24(%esp), %eax
	.loc	1 35 2 epilogue_begin is_stmt 0
	addl	$40, %esp
	.cfi_def_cfa_offset 8
	popl	%ebx
	.cfi_def_cfa_offset 4
	retl
.Ltmp9:
.Lfunc_end1:
	.size	rust_start, .Lfunc_end1-rust_start
	.cfi_endproc

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
	.byte	14
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
	.byte	15
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
	.byte	16
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
	.byte	17
	.byte	11
	.byte	1
	.byte	17
	.byte	1
	.byte	18
	.byte	6
	.byte	0
	.byte	0
	.byte	18
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
	.byte	19
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
	.byte	20
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
	.byte	21
	.byte	11
	.byte	1
	.byte	0
	.byte	0
	.byte	22
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
	.byte	23
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
	.byte	24
	.byte	5
	.byte	0
	.byte	2
	.byte	24
	.byte	49
	.byte	19
	.byte	0
	.byte	0
	.byte	25
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
	.byte	26
	.byte	52
	.byte	0
	.byte	2
	.byte	24
	.byte	49
	.byte	19
	.byte	0
	.byte	0
	.byte	27
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
	.byte	28
	.byte	1
	.byte	1
	.byte	73
	.byte	19
	.byte	0
	.byte	0
	.byte	29
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
	.byte	30
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
	.byte	31
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
	.long	61

	.byte	1
	.byte	28
	.byte	4
	.byte	5
	.byte	3
	.long	LAST
	.byte	4
	.long	.Linfo_string13
	.byte	12
	.byte	1
	.byte	4
	.byte	5
	.long	74
	.byte	6
	.long	604
	.byte	1
	.byte	0

	.byte	7
	.byte	0
	.byte	8
	.long	.Linfo_string6
	.long	124
	.byte	4
	.byte	0
	.byte	0
	.byte	7
	.byte	1
	.byte	8
	.long	.Linfo_string7
	.long	132
	.byte	4
	.byte	0
	.byte	0
	.byte	7
	.byte	2
	.byte	8
	.long	.Linfo_string9
	.long	153
	.byte	4
	.byte	0
	.byte	0
	.byte	0
	.byte	9
	.long	.Linfo_string6
	.byte	12
	.byte	1
	.byte	4
	.byte	4
	.long	.Linfo_string7
	.byte	12
	.byte	1
	.byte	4
	.byte	10
	.long	.Linfo_string8
	.long	604
	.byte	1
	.byte	1
	.byte	1
	.byte	0
	.byte	4
	.long	.Linfo_string9
	.byte	12
	.byte	1
	.byte	4
	.byte	10
	.long	.Linfo_string10
	.long	611
	.byte	4
	.byte	4
	.byte	1
	.byte	10
	.long	.Linfo_string12
	.long	611
	.byte	4
	.byte	8
	.byte	1
	.byte	0
	.byte	0
	.byte	3
	.long	.Linfo_string14
	.long	205

	.byte	1
	.byte	29
	.byte	1
	.byte	5
	.byte	3
	.long	LEVEL
	.byte	11
	.long	604

	.long	.Linfo_string17
	.byte	1
	.byte	1
	.byte	12
	.long	.Linfo_string15
	.byte	1
	.byte	12
	.long	.Linfo_string16
	.byte	7
	.byte	0
	.byte	3
	.long	.Linfo_string18
	.long	247

	.byte	1
	.byte	30
	.byte	4
	.byte	5
	.byte	3
	.long	WORD
	.byte	13
	.long	.Linfo_string22
	.byte	4
	.byte	4
	.byte	8
	.long	.Linfo_string19
	.long	611
	.byte	4
	.byte	0
	.byte	8
	.long	.Linfo_string20
	.long	618
	.byte	1
	.byte	0
	.byte	0
	.byte	2
	.long	.Linfo_string23
	.byte	14
	.long	.Linfo_string24
	.long	380

	.byte	1
	.byte	22
	.byte	4
	.byte	5
	.byte	3
	.long	_RNvNtCshKuLGoDTFBq_4rust6driver4PORT
	.long	.Linfo_string30
	.byte	15
	.long	.Lfunc_begin0
	.long	.Lfunc_end0-.Lfunc_begin0
	.byte	1
	.byte	84
	.long	.Linfo_string35
	.byte	1
	.byte	23
	.long	611

	.byte	16
	.byte	2
	.byte	145
	.byte	20
	.long	.Linfo_string37
	.byte	1
	.byte	23
	.long	645
	.byte	16
	.byte	2
	.byte	145
	.byte	11
	.long	.Linfo_string39
	.byte	1
	.byte	23
	.long	638
	.byte	17
	.long	.Ltmp1
	.long	.Ltmp2-.Ltmp1
	.byte	18
	.byte	2
	.byte	145
	.byte	12
	.long	.Linfo_string25
	.byte	4
	.byte	1
	.byte	24
	.long	611
	.byte	0
	.byte	0
	.byte	0
	.byte	4
	.long	.Linfo_string29
	.byte	8
	.byte	1
	.byte	4
	.byte	10
	.long	.Linfo_string25
	.long	611
	.byte	4
	.byte	0
	.byte	1
	.byte	10
	.long	.Linfo_string26
	.long	604
	.byte	1
	.byte	4
	.byte	1
	.byte	10
	.long	.Linfo_string27
	.long	638
	.byte	1
	.byte	5
	.byte	1
	.byte	0
	.byte	19
	.long	.Linfo_string31
	.long	.Linfo_string32
	.byte	1
	.byte	36
	.long	638
	.byte	1
	.byte	20
	.long	.Linfo_string33
	.byte	1
	.byte	36
	.long	611
	.byte	21
	.byte	22
	.long	.Linfo_string34
	.byte	4
	.byte	1
	.byte	37
	.long	611
	.byte	0
	.byte	0
	.byte	15
	.long	.Lfunc_begin1
	.long	.Lfunc_end1-.Lfunc_begin1
	.byte	4
	.byte	156
	.byte	17
	.byte	80
	.byte	34
	.long	.Linfo_string36
	.byte	1
	.byte	31
	.long	611

	.byte	16
	.byte	2
	.byte	145
	.byte	48
	.long	.Linfo_string40
	.byte	1
	.byte	31
	.long	611
	.byte	17
	.long	.Ltmp6
	.long	.Ltmp8-.Ltmp6
	.byte	18
	.byte	2
	.byte	145
	.byte	28
	.long	.Linfo_string42
	.byte	4
	.byte	1
	.byte	32
	.long	611
	.byte	17
	.long	.Ltmp6
	.long	.Ltmp8-.Ltmp6
	.byte	18
	.byte	2
	.byte	145
	.byte	48
	.long	.Linfo_string41
	.byte	4
	.byte	1
	.byte	33
	.long	611
	.byte	23
	.long	425
	.long	.Ltmp6
	.long	.Ltmp7-.Ltmp6
	.byte	1
	.byte	34
	.byte	8
	.byte	24
	.byte	2
	.byte	145
	.byte	36
	.long	441
	.byte	25
	.long	.Ltmp6
	.long	.Ltmp7-.Ltmp6
	.long	452
	.byte	26
	.byte	2
	.byte	145
	.byte	36
	.long	453
	.byte	0
	.byte	0
	.byte	0
	.byte	0
	.byte	0
	.byte	0
	.byte	27
	.long	.Linfo_string5
	.byte	7
	.byte	1
	.byte	27
	.long	.Linfo_string11
	.byte	7
	.byte	4
	.byte	28
	.long	604
	.byte	29
	.long	631
	.byte	0
	.byte	4
	.byte	0
	.byte	30
	.long	.Linfo_string21
	.byte	8
	.byte	7
	.byte	27
	.long	.Linfo_string28
	.byte	2
	.byte	1
	.byte	31
	.long	380
	.long	.Linfo_string38
	.long	0
	.byte	0
.Ldebug_info_end0:
	.section	.data.LAST,"aw",@progbits
.Lsec_end0:
	.section	.data.LEVEL,"aw",@progbits
.Lsec_end1:
	.section	.data.WORD,"aw",@progbits
.Lsec_end2:
	.section	.data._RNvNtCshKuLGoDTFBq_4rust6driver4PORT,"aw",@progbits
.Lsec_end3:
	.section	.text.port_base,"ax",@progbits
.Lsec_end4:
	.section	.text.rust_start,"ax",@progbits
.Lsec_end5:
	.section	.debug_aranges,"",@progbits
	.long	68
	.short	2
	.long	.Lcu_begin0
	.byte	4
	.byte	0
	.zero	4,255
	.long	LAST
	.long	.Lsec_end0-LAST
	.long	LEVEL
	.long	.Lsec_end1-LEVEL
	.long	WORD
	.long	.Lsec_end2-WORD
	.long	_RNvNtCshKuLGoDTFBq_4rust6driver4PORT
	.long	.Lsec_end3-_RNvNtCshKuLGoDTFBq_4rust6driver4PORT
	.long	.Lfunc_begin0
	.long	.Lsec_end4-.Lfunc_begin0
	.long	.Lfunc_begin1
	.long	.Lsec_end5-.Lfunc_begin1
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
	.asciz	"LAST"
.Linfo_string5:
	.asciz	"u8"
.Linfo_string6:
	.asciz	"None"
.Linfo_string7:
	.asciz	"Byte"
.Linfo_string8:
	.asciz	"__0"
.Linfo_string9:
	.asciz	"Wide"
.Linfo_string10:
	.asciz	"low"
.Linfo_string11:
	.asciz	"u32"
.Linfo_string12:
	.asciz	"high"
.Linfo_string13:
	.asciz	"Message"
.Linfo_string14:
	.asciz	"LEVEL"
.Linfo_string15:
	.asciz	"Low"
.Linfo_string16:
	.asciz	"High"
.Linfo_string17:
	.asciz	"Level"
.Linfo_string18:
	.asciz	"WORD"
.Linfo_string19:
	.asciz	"all"
.Linfo_string20:
	.asciz	"part"
.Linfo_string21:
	.asciz	"__ARRAY_SIZE_TYPE__"
.Linfo_string22:
	.asciz	"Word"
.Linfo_string23:
	.asciz	"driver"
.Linfo_string24:
	.asciz	"PORT"
.Linfo_string25:
	.asciz	"base"
.Linfo_string26:
	.asciz	"bits"
.Linfo_string27:
	.asciz	"ready"
.Linfo_string28:
	.asciz	"bool"
.Linfo_string29:
	.asciz	"Port"
.Linfo_string30:
	.asciz	"_RNvNtCshKuLGoDTFBq_4rust6driver4PORT"
.Linfo_string31:
	.asciz	"_RNvCshKuLGoDTFBq_4rust8first_is"
.Linfo_string32:
	.asciz	"first_is"
.Linfo_string33:
	.asciz	"x"
.Linfo_string34:
	.asciz	"seen"
.Linfo_string35:
	.asciz	"port_base"
.Linfo_string36:
	.asciz	"rust_start"
.Linfo_string37:
	.asciz	"port"
.Linfo_string38:
	.asciz	"&rust::Port"
.Linfo_string39:
	.asciz	"which"
.Linfo_string40:
	.asciz	"n"
.Linfo_string41:
	.asciz	"kept"
.Linfo_string42:
	.asciz	"first"
	.ident	"rustc version 1.95.0 (59807616e 2026-04-14)"
	.section	".note.GNU-stack","",@progbits
	.section	.debug_line,"",@progbits
.Lline_table_start0:
