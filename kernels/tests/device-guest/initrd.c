// SPDX-License-Identifier: GPL-2.0-or-later
/* The initial RAM disk: where it is, and what is in it. */
#include "tests.h"

void test_initrd(void)
{
	uint32_t end = (boot.initrd + boot.initrd_size + 0xfff) & ~0xfffu;

	print("initrd: %u bytes, %u of them differ", boot.initrd_size,
	      differences((const uint8_t *)boot.initrd, 3, 0, boot.initrd_size));
	print("initrd: aligned %u, at the end of RAM %u, more than 1 MiB behind the kernel %u",
	      boot.initrd % 0x1000 == 0, end == CO_ARCH_KERNEL_OFFSET + boot.memory_size,
	      boot.initrd - boot.kernel_end > 0x100000);
}
