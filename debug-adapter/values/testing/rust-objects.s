	.file	"rust_objects.b2078e83964cf777-cgu.0"
	.section	.text._RNvXs9_CsfhE6RYS2Gbj_12rust_objectsNtB5_6SquareNtB5_5Shape4area,"ax",@progbits
	.globl	_RNvXs9_CsfhE6RYS2Gbj_12rust_objectsNtB5_6SquareNtB5_5Shape4area
	.p2align	4
	.type	_RNvXs9_CsfhE6RYS2Gbj_12rust_objectsNtB5_6SquareNtB5_5Shape4area,@function
_RNvXs9_CsfhE6RYS2Gbj_12rust_objectsNtB5_6SquareNtB5_5Shape4area:
.Lfunc_begin0:
	.file	1 "/src" "rust-objects.rs"
	.loc	1 32 0
	.cfi_startproc
	movl	4(%esp), %eax
.Ltmp0:
	.loc	1 32 66 prologue_end
	movl	(%eax), %eax
	.loc	1 32 77 is_stmt 0
	retl
.Ltmp1:
.Lfunc_end0:
	.size	_RNvXs9_CsfhE6RYS2Gbj_12rust_objectsNtB5_6SquareNtB5_5Shape4area, .Lfunc_end0-_RNvXs9_CsfhE6RYS2Gbj_12rust_objectsNtB5_6SquareNtB5_5Shape4area
	.cfi_endproc

	.section	.text._RNvXsa_CsfhE6RYS2Gbj_12rust_objectsNtB5_6CircleNtB5_5Shape4area,"ax",@progbits
	.globl	_RNvXsa_CsfhE6RYS2Gbj_12rust_objectsNtB5_6CircleNtB5_5Shape4area
	.p2align	4
	.type	_RNvXsa_CsfhE6RYS2Gbj_12rust_objectsNtB5_6CircleNtB5_5Shape4area,@function
_RNvXsa_CsfhE6RYS2Gbj_12rust_objectsNtB5_6CircleNtB5_5Shape4area:
.Lfunc_begin1:
	.loc	1 33 0 is_stmt 1
	.cfi_startproc
	movl	4(%esp), %eax
.Ltmp2:
	.loc	1 33 74 prologue_end
	movl	8(%eax), %eax
	.loc	1 33 87 is_stmt 0
	retl
.Ltmp3:
.Lfunc_end1:
	.size	_RNvXsa_CsfhE6RYS2Gbj_12rust_objectsNtB5_6CircleNtB5_5Shape4area, .Lfunc_end1-_RNvXsa_CsfhE6RYS2Gbj_12rust_objectsNtB5_6CircleNtB5_5Shape4area
	.cfi_endproc

	.section	.text._RNvXsb_CsfhE6RYS2Gbj_12rust_objectsmNtB5_5Shape4area,"ax",@progbits
	.globl	_RNvXsb_CsfhE6RYS2Gbj_12rust_objectsmNtB5_5Shape4area
	.p2align	4
	.type	_RNvXsb_CsfhE6RYS2Gbj_12rust_objectsmNtB5_5Shape4area,@function
_RNvXsb_CsfhE6RYS2Gbj_12rust_objectsmNtB5_5Shape4area:
.Lfunc_begin2:
	.loc	1 34 0 is_stmt 1
	.cfi_startproc
	movl	4(%esp), %eax
.Ltmp4:
	.loc	1 34 63 prologue_end
	movl	(%eax), %eax
	.loc	1 34 70 is_stmt 0
	retl
.Ltmp5:
.Lfunc_end2:
	.size	_RNvXsb_CsfhE6RYS2Gbj_12rust_objectsmNtB5_5Shape4area, .Lfunc_end2-_RNvXsb_CsfhE6RYS2Gbj_12rust_objectsmNtB5_5Shape4area
	.cfi_endproc

	.section	.text._start,"ax",@progbits
	.globl	_start
	.p2align	4
	.type	_start,@function
_start:
.Lfunc_begin3:
	.loc	1 51 0 is_stmt 1
	.cfi_startproc
	subl	$12, %esp
	.cfi_def_cfa_offset 16
.Ltmp6:
	.loc	1 51 56 prologue_end
	movl	$4, (%esp)
	calll	work
.LBB3_1:
	.loc	1 51 65 is_stmt 0
	jmp	.LBB3_1
.Ltmp7:
.Lfunc_end3:
	.size	_start, .Lfunc_end3-_start
	.cfi_endproc

	.section	.text.checkpoint,"ax",@progbits
	.globl	checkpoint
	.p2align	4
	.type	checkpoint,@function
checkpoint:
.Lfunc_begin4:
	.cfi_startproc
	.loc	1 27 72 prologue_end is_stmt 1
	retl
.Ltmp8:
.Lfunc_end4:
	.size	checkpoint, .Lfunc_end4-checkpoint
	.cfi_endproc

	.section	.text.work,"ax",@progbits
	.globl	work
	.p2align	4
	.type	work,@function
work:
.Lfunc_begin5:
	.loc	1 36 0
	.cfi_startproc
	subl	$108, %esp
	.cfi_def_cfa_offset 112
	movl	112(%esp), %eax
.Ltmp9:
	.loc	1 37 18 prologue_end
	movl	%eax, 8(%esp)
.Ltmp10:
	.loc	1 38 18
	movl	$7, 20(%esp)
	leal	.Lanon.f628577dc06d54456ae096a8b72d6465.0, %eax
	movl	%eax, 12(%esp)
	movl	$5, 16(%esp)
.Ltmp11:
	.loc	1 39 18
	movl	$31, 24(%esp)
.Ltmp12:
	.loc	1 40 27
	leal	8(%esp), %eax
	movl	%eax, 68(%esp)
	leal	.Lanon.f628577dc06d54456ae096a8b72d6465.1, %eax
	movl	%eax, 72(%esp)
.Ltmp13:
	.loc	1 41 29
	leal	12(%esp), %eax
	movl	%eax, 76(%esp)
	leal	.Lanon.f628577dc06d54456ae096a8b72d6465.2, %eax
	movl	%eax, 80(%esp)
.Ltmp14:
	.loc	1 42 29
	leal	24(%esp), %eax
	movl	%eax, 84(%esp)
	leal	.Lanon.f628577dc06d54456ae096a8b72d6465.3, %eax
	movl	%eax, 88(%esp)
.Ltmp15:
	.loc	1 43 33
	leal	8(%esp), %eax
	movl	%eax, 92(%esp)
	leal	.Lanon.f628577dc06d54456ae096a8b72d6465.1, %eax
	movl	%eax, 96(%esp)
.Ltmp16:
	.loc	1 44 35
	leal	8(%esp), %eax
	movl	%eax, 28(%esp)
	leal	.Lanon.f628577dc06d54456ae096a8b72d6465.1, %eax
	movl	%eax, 32(%esp)
	leal	12(%esp), %eax
	movl	%eax, 36(%esp)
	leal	.Lanon.f628577dc06d54456ae096a8b72d6465.2, %eax
	movl	%eax, 40(%esp)
	leal	24(%esp), %eax
	movl	%eax, 44(%esp)
	leal	.Lanon.f628577dc06d54456ae096a8b72d6465.3, %eax
	movl	%eax, 48(%esp)
.Ltmp17:
	.loc	1 45 32
	leal	28(%esp), %eax
	movl	%eax, 100(%esp)
	movl	$3, 104(%esp)
.Ltmp18:
	.loc	1 46 16
	leal	12(%esp), %eax
	movl	%eax, 52(%esp)
	leal	.Lanon.f628577dc06d54456ae096a8b72d6465.2, %eax
	movl	%eax, 56(%esp)
	leal	28(%esp), %eax
	movl	%eax, 60(%esp)
	movl	$3, 64(%esp)
.Ltmp19:
	.loc	1 47 5
	calll	checkpoint
	.loc	1 48 9
	leal	8(%esp), %eax
	movl	%eax, (%esp)
	calll	*.Lanon.f628577dc06d54456ae096a8b72d6465.1+12
	.loc	1 49 11
	leal	12(%esp), %eax
	movl	%eax, (%esp)
	calll	*.Lanon.f628577dc06d54456ae096a8b72d6465.2+12
.Ltmp20:
	.loc	1 50 2 epilogue_begin
	addl	$108, %esp
	.cfi_def_cfa_offset 4
	retl
.Ltmp21:
.Lfunc_end5:
	.size	work, .Lfunc_end5-work
	.cfi_endproc

	.type	.Lanon.f628577dc06d54456ae096a8b72d6465.0,@object
	.section	.rodata..Lanon.f628577dc06d54456ae096a8b72d6465.0,"a",@progbits
.Lanon.f628577dc06d54456ae096a8b72d6465.0:
	.ascii	"round"
	.size	.Lanon.f628577dc06d54456ae096a8b72d6465.0, 5

	.type	.Lanon.f628577dc06d54456ae096a8b72d6465.1,@object
	.section	.rodata..Lanon.f628577dc06d54456ae096a8b72d6465.1,"a",@progbits
	.p2align	2, 0x0
.Lanon.f628577dc06d54456ae096a8b72d6465.1:
	.asciz	"\000\000\000\000\004\000\000\000\004\000\000"
	.long	_RNvXs9_CsfhE6RYS2Gbj_12rust_objectsNtB5_6SquareNtB5_5Shape4area
	.size	.Lanon.f628577dc06d54456ae096a8b72d6465.1, 16

	.type	.Lanon.f628577dc06d54456ae096a8b72d6465.2,@object
	.section	.rodata..Lanon.f628577dc06d54456ae096a8b72d6465.2,"a",@progbits
	.p2align	2, 0x0
.Lanon.f628577dc06d54456ae096a8b72d6465.2:
	.asciz	"\000\000\000\000\f\000\000\000\004\000\000"
	.long	_RNvXsa_CsfhE6RYS2Gbj_12rust_objectsNtB5_6CircleNtB5_5Shape4area
	.size	.Lanon.f628577dc06d54456ae096a8b72d6465.2, 16

	.type	.Lanon.f628577dc06d54456ae096a8b72d6465.3,@object
	.section	.rodata..Lanon.f628577dc06d54456ae096a8b72d6465.3,"a",@progbits
	.p2align	2, 0x0
.Lanon.f628577dc06d54456ae096a8b72d6465.3:
	.asciz	"\000\000\000\000\004\000\000\000\004\000\000"
	.long	_RNvXsb_CsfhE6RYS2Gbj_12rust_objectsmNtB5_5Shape4area
	.size	.Lanon.f628577dc06d54456ae096a8b72d6465.3, 16

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
	.byte	52
	.byte	0
	.byte	3
	.byte	14
	.byte	73
	.byte	19
	.byte	2
	.byte	24
	.byte	0
	.byte	0
	.byte	3
	.byte	19
	.byte	1
	.byte	29
	.byte	19
	.byte	3
	.byte	14
	.byte	11
	.byte	11
	.ascii	"\210\001"
	.byte	15
	.byte	0
	.byte	0
	.byte	4
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
	.byte	5
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
	.byte	6
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
	.byte	7
	.byte	57
	.byte	1
	.byte	3
	.byte	14
	.byte	0
	.byte	0
	.byte	8
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
	.byte	9
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
	.byte	10
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
	.byte	11
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
	.byte	12
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
	.ascii	"\207\001"
	.byte	25
	.byte	0
	.byte	0
	.byte	13
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
	.byte	14
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
	.byte	15
	.byte	11
	.byte	1
	.byte	17
	.byte	1
	.byte	18
	.byte	6
	.byte	0
	.byte	0
	.byte	16
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
	.byte	17
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
	.byte	18
	.byte	15
	.byte	0
	.byte	73
	.byte	19
	.byte	51
	.byte	6
	.byte	0
	.byte	0
	.byte	19
	.byte	1
	.byte	1
	.byte	73
	.byte	19
	.byte	0
	.byte	0
	.byte	20
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
	.byte	21
	.byte	19
	.byte	0
	.byte	3
	.byte	14
	.byte	11
	.byte	11
	.ascii	"\210\001"
	.byte	15
	.byte	0
	.byte	0
	.byte	22
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
	.long	53
	.byte	5
	.byte	3
	.long	.Lanon.f628577dc06d54456ae096a8b72d6465.1
	.byte	3
	.long	141
	.long	.Linfo_string15
	.byte	16
	.byte	4
	.byte	4
	.long	.Linfo_string4
	.long	109
	.byte	4
	.byte	0
	.byte	4
	.long	.Linfo_string7
	.long	129
	.byte	4
	.byte	4
	.byte	4
	.long	.Linfo_string9
	.long	129
	.byte	4
	.byte	8
	.byte	4
	.long	.Linfo_string10
	.long	109
	.byte	4
	.byte	12
	.byte	0
	.byte	5
	.long	122
	.long	.Linfo_string6
	.long	0
	.byte	6
	.long	.Linfo_string5
	.byte	7
	.byte	0
	.byte	6
	.long	.Linfo_string8
	.byte	7
	.byte	4
	.byte	7
	.long	.Linfo_string11
	.byte	8
	.long	.Linfo_string14
	.byte	4
	.byte	1
	.byte	4
	.byte	9
	.long	.Linfo_string12
	.long	693
	.byte	4
	.byte	0
	.byte	1
	.byte	0
	.byte	8
	.long	.Linfo_string23
	.byte	12
	.byte	1
	.byte	4
	.byte	9
	.long	.Linfo_string17
	.long	693
	.byte	4
	.byte	8
	.byte	1
	.byte	9
	.long	.Linfo_string18
	.long	771
	.byte	4
	.byte	0
	.byte	1
	.byte	0
	.byte	7
	.long	.Linfo_string27
	.byte	10
	.long	.Lfunc_begin0
	.long	.Lfunc_end0-.Lfunc_begin0
	.byte	1
	.byte	84
	.long	.Linfo_string30
	.long	.Linfo_string31
	.byte	1
	.byte	32
	.long	693

	.byte	11
	.byte	2
	.byte	145
	.byte	4
	.long	.Linfo_string37
	.byte	1
	.byte	32
	.long	888
	.byte	0
	.byte	0
	.byte	7
	.long	.Linfo_string28
	.byte	10
	.long	.Lfunc_begin1
	.long	.Lfunc_end1-.Lfunc_begin1
	.byte	1
	.byte	84
	.long	.Linfo_string32
	.long	.Linfo_string31
	.byte	1
	.byte	33
	.long	693

	.byte	11
	.byte	2
	.byte	145
	.byte	4
	.long	.Linfo_string37
	.byte	1
	.byte	33
	.long	901
	.byte	0
	.byte	0
	.byte	7
	.long	.Linfo_string29
	.byte	10
	.long	.Lfunc_begin2
	.long	.Lfunc_end2-.Lfunc_begin2
	.byte	1
	.byte	84
	.long	.Linfo_string33
	.long	.Linfo_string31
	.byte	1
	.byte	34
	.long	693

	.byte	11
	.byte	2
	.byte	145
	.byte	4
	.long	.Linfo_string37
	.byte	1
	.byte	34
	.long	914
	.byte	0
	.byte	0
	.byte	12
	.long	.Lfunc_begin3
	.long	.Lfunc_end3-.Lfunc_begin3
	.byte	1
	.byte	84
	.long	.Linfo_string34
	.byte	1
	.byte	51


	.byte	13
	.long	.Lfunc_begin4
	.long	.Lfunc_end4-.Lfunc_begin4
	.byte	1
	.byte	84
	.long	.Linfo_string35
	.byte	1
	.byte	27

	.byte	14
	.long	.Lfunc_begin5
	.long	.Lfunc_end5-.Lfunc_begin5
	.byte	1
	.byte	84
	.long	.Linfo_string36
	.byte	1
	.byte	36
	.long	693

	.byte	11
	.byte	3
	.byte	145
	.asciz	"\360"
	.long	.Linfo_string12
	.byte	1
	.byte	36
	.long	693
	.byte	15
	.long	.Ltmp10
	.long	.Ltmp20-.Ltmp10
	.byte	16
	.byte	2
	.byte	145
	.byte	8
	.long	.Linfo_string41
	.byte	4
	.byte	1
	.byte	37
	.long	141
	.byte	15
	.long	.Ltmp11
	.long	.Ltmp20-.Ltmp11
	.byte	16
	.byte	2
	.byte	145
	.byte	12
	.long	.Linfo_string42
	.byte	4
	.byte	1
	.byte	38
	.long	162
	.byte	15
	.long	.Ltmp12
	.long	.Ltmp20-.Ltmp12
	.byte	16
	.byte	2
	.byte	145
	.byte	24
	.long	.Linfo_string43
	.byte	4
	.byte	1
	.byte	39
	.long	693
	.byte	15
	.long	.Ltmp13
	.long	.Ltmp20-.Ltmp13
	.byte	16
	.byte	3
	.byte	145
	.asciz	"\304"
	.long	.Linfo_string56
	.byte	4
	.byte	1
	.byte	40
	.long	940
	.byte	15
	.long	.Ltmp14
	.long	.Ltmp20-.Ltmp14
	.byte	16
	.byte	3
	.byte	145
	.asciz	"\314"
	.long	.Linfo_string57
	.byte	4
	.byte	1
	.byte	41
	.long	940
	.byte	15
	.long	.Ltmp15
	.long	.Ltmp20-.Ltmp15
	.byte	16
	.byte	3
	.byte	145
	.asciz	"\324"
	.long	.Linfo_string58
	.byte	4
	.byte	1
	.byte	42
	.long	940
	.byte	15
	.long	.Ltmp16
	.long	.Ltmp20-.Ltmp16
	.byte	16
	.byte	3
	.byte	145
	.asciz	"\334"
	.long	.Linfo_string59
	.byte	4
	.byte	1
	.byte	43
	.long	1058
	.byte	15
	.long	.Ltmp17
	.long	.Ltmp20-.Ltmp17
	.byte	16
	.byte	2
	.byte	145
	.byte	28
	.long	.Linfo_string44
	.byte	4
	.byte	1
	.byte	44
	.long	927
	.byte	15
	.long	.Ltmp18
	.long	.Ltmp20-.Ltmp18
	.byte	16
	.byte	3
	.byte	145
	.asciz	"\344"
	.long	.Linfo_string61
	.byte	4
	.byte	1
	.byte	45
	.long	1019
	.byte	15
	.long	.Ltmp19
	.long	.Ltmp20-.Ltmp19
	.byte	16
	.byte	2
	.byte	145
	.byte	52
	.long	.Linfo_string51
	.byte	4
	.byte	1
	.byte	46
	.long	659
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
	.byte	8
	.long	.Linfo_string55
	.byte	16
	.byte	1
	.byte	4
	.byte	9
	.long	.Linfo_string52
	.long	940
	.byte	4
	.byte	0
	.byte	1
	.byte	9
	.long	.Linfo_string53
	.long	1019
	.byte	4
	.byte	8
	.byte	1
	.byte	0
	.byte	0
	.byte	6
	.long	.Linfo_string13
	.byte	7
	.byte	4
	.byte	2
	.long	.Linfo_string16
	.long	715
	.byte	5
	.byte	3
	.long	.Lanon.f628577dc06d54456ae096a8b72d6465.2
	.byte	3
	.long	162
	.long	.Linfo_string24
	.byte	16
	.byte	4
	.byte	4
	.long	.Linfo_string4
	.long	109
	.byte	4
	.byte	0
	.byte	4
	.long	.Linfo_string7
	.long	129
	.byte	4
	.byte	4
	.byte	4
	.long	.Linfo_string9
	.long	129
	.byte	4
	.byte	8
	.byte	4
	.long	.Linfo_string10
	.long	109
	.byte	4
	.byte	12
	.byte	0
	.byte	17
	.long	.Linfo_string22
	.byte	8
	.byte	4
	.byte	4
	.long	.Linfo_string19
	.long	801
	.byte	4
	.byte	0
	.byte	4
	.long	.Linfo_string21
	.long	129
	.byte	4
	.byte	4
	.byte	0
	.byte	18
	.long	810
	.long	0
	.byte	6
	.long	.Linfo_string20
	.byte	7
	.byte	1
	.byte	2
	.long	.Linfo_string25
	.long	832
	.byte	5
	.byte	3
	.long	.Lanon.f628577dc06d54456ae096a8b72d6465.3
	.byte	3
	.long	693
	.long	.Linfo_string26
	.byte	16
	.byte	4
	.byte	4
	.long	.Linfo_string4
	.long	109
	.byte	4
	.byte	0
	.byte	4
	.long	.Linfo_string7
	.long	129
	.byte	4
	.byte	4
	.byte	4
	.long	.Linfo_string9
	.long	129
	.byte	4
	.byte	8
	.byte	4
	.long	.Linfo_string10
	.long	109
	.byte	4
	.byte	12
	.byte	0
	.byte	5
	.long	141
	.long	.Linfo_string38
	.long	0
	.byte	5
	.long	162
	.long	.Linfo_string39
	.long	0
	.byte	5
	.long	693
	.long	.Linfo_string40
	.long	0
	.byte	19
	.long	940
	.byte	20
	.long	1012
	.byte	0
	.byte	3
	.byte	0
	.byte	17
	.long	.Linfo_string50
	.byte	8
	.byte	4
	.byte	4
	.long	.Linfo_string45
	.long	970
	.byte	4
	.byte	0
	.byte	4
	.long	.Linfo_string47
	.long	986
	.byte	4
	.byte	4
	.byte	0
	.byte	18
	.long	979
	.long	0
	.byte	21
	.long	.Linfo_string46
	.byte	0
	.byte	1
	.byte	5
	.long	999
	.long	.Linfo_string49
	.long	0
	.byte	19
	.long	129
	.byte	20
	.long	1012
	.byte	0
	.byte	4
	.byte	0
	.byte	22
	.long	.Linfo_string48
	.byte	8
	.byte	7
	.byte	17
	.long	.Linfo_string54
	.byte	8
	.byte	4
	.byte	4
	.long	.Linfo_string19
	.long	1049
	.byte	4
	.byte	0
	.byte	4
	.long	.Linfo_string21
	.long	129
	.byte	4
	.byte	4
	.byte	0
	.byte	18
	.long	940
	.long	0
	.byte	17
	.long	.Linfo_string60
	.byte	8
	.byte	4
	.byte	4
	.long	.Linfo_string45
	.long	970
	.byte	4
	.byte	0
	.byte	4
	.long	.Linfo_string47
	.long	986
	.byte	4
	.byte	4
	.byte	0
	.byte	0
.Ldebug_info_end0:
	.section	.rodata..Lanon.f628577dc06d54456ae096a8b72d6465.1,"a",@progbits
.Lsec_end0:
	.section	.rodata..Lanon.f628577dc06d54456ae096a8b72d6465.2,"a",@progbits
.Lsec_end1:
	.section	.rodata..Lanon.f628577dc06d54456ae096a8b72d6465.3,"a",@progbits
.Lsec_end2:
	.section	.text._RNvXs9_CsfhE6RYS2Gbj_12rust_objectsNtB5_6SquareNtB5_5Shape4area,"ax",@progbits
.Lsec_end3:
	.section	.text._RNvXsa_CsfhE6RYS2Gbj_12rust_objectsNtB5_6CircleNtB5_5Shape4area,"ax",@progbits
.Lsec_end4:
	.section	.text._RNvXsb_CsfhE6RYS2Gbj_12rust_objectsmNtB5_5Shape4area,"ax",@progbits
.Lsec_end5:
	.section	.text._start,"ax",@progbits
.Lsec_end6:
	.section	.text.checkpoint,"ax",@progbits
.Lsec_end7:
	.section	.text.work,"ax",@progbits
.Lsec_end8:
	.section	.debug_aranges,"",@progbits
	.long	92
	.short	2
	.long	.Lcu_begin0
	.byte	4
	.byte	0
	.zero	4,255
	.long	.Lanon.f628577dc06d54456ae096a8b72d6465.1
	.long	.Lsec_end0-.Lanon.f628577dc06d54456ae096a8b72d6465.1
	.long	.Lanon.f628577dc06d54456ae096a8b72d6465.2
	.long	.Lsec_end1-.Lanon.f628577dc06d54456ae096a8b72d6465.2
	.long	.Lanon.f628577dc06d54456ae096a8b72d6465.3
	.long	.Lsec_end2-.Lanon.f628577dc06d54456ae096a8b72d6465.3
	.long	.Lfunc_begin0
	.long	.Lsec_end3-.Lfunc_begin0
	.long	.Lfunc_begin1
	.long	.Lsec_end4-.Lfunc_begin1
	.long	.Lfunc_begin2
	.long	.Lsec_end5-.Lfunc_begin2
	.long	.Lfunc_begin3
	.long	.Lsec_end6-.Lfunc_begin3
	.long	.Lfunc_begin4
	.long	.Lsec_end7-.Lfunc_begin4
	.long	.Lfunc_begin5
	.long	.Lsec_end8-.Lfunc_begin5
	.long	0
	.long	0
	.section	.debug_ranges,"",@progbits
.Ldebug_ranges0:
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
	.long	0
	.long	0
	.section	.debug_str,"MS",@progbits,1
.Linfo_string0:
	.asciz	"clang LLVM (rustc version 1.95.0 (59807616e 2026-04-14))"
.Linfo_string1:
	.asciz	"rust-objects.rs/@/rust_objects.b2078e83964cf777-cgu.0"
.Linfo_string2:
	.asciz	"/src"
.Linfo_string3:
	.asciz	"<rust_objects::Square as rust_objects::Shape>::{vtable}"
.Linfo_string4:
	.asciz	"drop_in_place"
.Linfo_string5:
	.asciz	"()"
.Linfo_string6:
	.asciz	"*const ()"
.Linfo_string7:
	.asciz	"size"
.Linfo_string8:
	.asciz	"usize"
.Linfo_string9:
	.asciz	"align"
.Linfo_string10:
	.asciz	"__method3"
.Linfo_string11:
	.asciz	"rust_objects"
.Linfo_string12:
	.asciz	"side"
.Linfo_string13:
	.asciz	"u32"
.Linfo_string14:
	.asciz	"Square"
.Linfo_string15:
	.asciz	"<rust_objects::Square as rust_objects::Shape>::{vtable_type}"
.Linfo_string16:
	.asciz	"<rust_objects::Circle as rust_objects::Shape>::{vtable}"
.Linfo_string17:
	.asciz	"radius"
.Linfo_string18:
	.asciz	"name"
.Linfo_string19:
	.asciz	"data_ptr"
.Linfo_string20:
	.asciz	"u8"
.Linfo_string21:
	.asciz	"length"
.Linfo_string22:
	.asciz	"&str"
.Linfo_string23:
	.asciz	"Circle"
.Linfo_string24:
	.asciz	"<rust_objects::Circle as rust_objects::Shape>::{vtable_type}"
.Linfo_string25:
	.asciz	"<u32 as rust_objects::Shape>::{vtable}"
.Linfo_string26:
	.asciz	"<u32 as rust_objects::Shape>::{vtable_type}"
.Linfo_string27:
	.asciz	"{impl#11}"
.Linfo_string28:
	.asciz	"{impl#12}"
.Linfo_string29:
	.asciz	"{impl#13}"
.Linfo_string30:
	.asciz	"_RNvXs9_CsfhE6RYS2Gbj_12rust_objectsNtB5_6SquareNtB5_5Shape4area"
.Linfo_string31:
	.asciz	"area"
.Linfo_string32:
	.asciz	"_RNvXsa_CsfhE6RYS2Gbj_12rust_objectsNtB5_6CircleNtB5_5Shape4area"
.Linfo_string33:
	.asciz	"_RNvXsb_CsfhE6RYS2Gbj_12rust_objectsmNtB5_5Shape4area"
.Linfo_string34:
	.asciz	"_start"
.Linfo_string35:
	.asciz	"checkpoint"
.Linfo_string36:
	.asciz	"work"
.Linfo_string37:
	.asciz	"self"
.Linfo_string38:
	.asciz	"&rust_objects::Square"
.Linfo_string39:
	.asciz	"&rust_objects::Circle"
.Linfo_string40:
	.asciz	"&u32"
.Linfo_string41:
	.asciz	"square"
.Linfo_string42:
	.asciz	"circle"
.Linfo_string43:
	.asciz	"number"
.Linfo_string44:
	.asciz	"shapes"
.Linfo_string45:
	.asciz	"pointer"
.Linfo_string46:
	.asciz	"dyn rust_objects::Shape"
.Linfo_string47:
	.asciz	"vtable"
.Linfo_string48:
	.asciz	"__ARRAY_SIZE_TYPE__"
.Linfo_string49:
	.asciz	"&[usize; 4]"
.Linfo_string50:
	.asciz	"&dyn rust_objects::Shape"
.Linfo_string51:
	.asciz	"held"
.Linfo_string52:
	.asciz	"shape"
.Linfo_string53:
	.asciz	"all"
.Linfo_string54:
	.asciz	"&[&dyn rust_objects::Shape]"
.Linfo_string55:
	.asciz	"Held"
.Linfo_string56:
	.asciz	"one"
.Linfo_string57:
	.asciz	"other"
.Linfo_string58:
	.asciz	"plain"
.Linfo_string59:
	.asciz	"raw"
.Linfo_string60:
	.asciz	"*const dyn rust_objects::Shape"
.Linfo_string61:
	.asciz	"slice"
	.ident	"rustc version 1.95.0 (59807616e 2026-04-14)"
	.section	".note.GNU-stack","",@progbits
	.section	.debug_line,"",@progbits
.Lline_table_start0:
