/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The two variants of the passage code, assembled from one source: with and without the SYSENTER registers. passage.c
 * picks one by CPUID and copies it into the passage page; it never runs here.
 */
#include "asm-offsets.h"
#include "x86.h"

	.cfi_sections .debug_frame
	.text

#define PASSAGE		co_passage_sep
#define PASSAGE_END	co_passage_sep_end
#define SEP		1
#include "passage-code.inc.S"
#undef PASSAGE
#undef PASSAGE_END
#undef SEP

#define PASSAGE		co_passage_nosep
#define PASSAGE_END	co_passage_nosep_end
#define SEP		0
#include "passage-code.inc.S"

	.section .note.GNU-stack, "", @progbits
