/* SPDX-License-Identifier: GPL-2.0-or-later */
/* A guest that draws; what, is in drawing.c. */
#include "guest-common.inc.S"

begin:	pushl	%esi
	call	draw
	.section .note.GNU-stack, "", @progbits
