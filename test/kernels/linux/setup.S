/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The first two sectors of a bzImage: no code, for the 32-bit boot protocol passes over it, but the setup header (Linux,
 * Documentation/arch/x86/boot.rst, "The Real-Mode Kernel Header"). PARAGRAPHS is the kernel's size, which the build defines.
 */
	.text
	.org	0x1f1
	.byte	1			/* setup_sects: one behind the first */
	.word	0			/* root_flags */
	.long	PARAGRAPHS		/* syssize */
	.word	0, 0xffff, 0		/* ram_size, vid_mode, root_dev */
	.word	0xaa55			/* boot_flag */
	.byte	0xeb, header_end - 0x202
	.ascii	"HdrS"
	.word	0x020f			/* version */
	.org	0x211
	.byte	0x01			/* loadflags: LOADED_HIGH */
	.org	0x214
	.long	0x100000		/* code32_start */
	.org	0x22c
	.long	0x01ffffff		/* initrd_addr_max */
	.long	0x1000			/* kernel_alignment */
	.org	0x238
	.long	255			/* cmdline_size */
	.org	0x258
	.quad	0x100000		/* pref_address */
	.long	0x100000		/* init_size */
	.org	0x26c
header_end:
	.org	0x400
