// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * Pointers from ring 3. A system call checks at its door whether all of a buffer belongs to the process; what is behind
 * the door then uses it like any memory. That is enough because a process has one thread, and its pages go away only by
 * its own brk(), execve() and exit(): what is there at the door is there until the call returns, even if it sleeps.
 */
#include "kernel.h"

/* 0, or -EFAULT if not all of it is the process's own. */
int user_check(const void *address, uint32_t length)
{
	uint32_t begin = (uint32_t)address, end = begin + length;

	if (end < begin || begin < USER_BOTTOM || end > USER_TOP)
		return -EFAULT;
	for (uint32_t page = begin & ~(PAGE_SIZE - 1); page < end; page += PAGE_SIZE)
		if (!space_page(current->space, page))
			return -EFAULT;
	return 0;
}

/* The length of a text with its NUL, -EFAULT, or -ENAMETOOLONG if that is more than `size`. */
int user_string(const char *text, uint32_t size)
{
	for (uint32_t length = 0; length < size; length++) {
		if (!length || !((uint32_t)&text[length] % PAGE_SIZE))
			if (user_check(&text[length], 1))
				return -EFAULT;
		if (!text[length])
			return (int)length + 1;
	}
	return -ENAMETOOLONG;
}
