// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * pi [ROUNDS]: computes pi again and again, in floating point. It shows that processes do not disturb each other's
 * registers: run two at once.
 */
#include "libc.h"

/* Read anew each time: a compiler that knew the number would compute the series once and compare it with itself. */
static volatile unsigned terms = 20000;

/* Leibniz' series, the last term halved. A double would be rounded when it is kept in memory, not in a register of the x87. */
static long double series(void)
{
	unsigned count = terms;
	long double sum = 0, sign = 4;

	for (unsigned i = 0; i < count; i++, sign = -sign)
		sum += sign / (2 * i + 1);
	return sum + sign / (2 * count + 1) / 2;
}

int pi_main(int argc, char **argv)
{
	long double first = series();
	unsigned millionths;

	for (unsigned rounds = argc > 1 ? number(argv[1]) : 1; rounds > 1; rounds--)
		if (series() != first)
			fail("the result has changed", -EINVAL);
	millionths = (unsigned)(first * 1000000);
	printf("pi is %u.%06u\n", millionths / 1000000, millionths % 1000000);
	return 0;
}
