// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * pi [ROUNDS]: computes pi again and again, in floating point. It shows that processes do not disturb each other's
 * registers: run two at once.
 */
#include "libc.h"

/* Leibniz' series, the last term halved. */
static double series(unsigned terms)
{
	double sum = 0, sign = 4;

	for (unsigned i = 0; i < terms; i++, sign = -sign)
		sum += sign / (2 * i + 1);
	return sum + sign / (2 * terms + 1) / 2;
}

int pi_main(int argc, char **argv)
{
	double first = series(20000);
	unsigned millionths;

	for (unsigned rounds = argc > 1 ? number(argv[1]) : 1; rounds > 1; rounds--)
		if (series(20000) != first)
			fail("the result has changed", -EINVAL);
	millionths = (unsigned)(first * 1000000);
	printf("pi is %u.%06u\n", millionths / 1000000, millionths % 1000000);
	return 0;
}
