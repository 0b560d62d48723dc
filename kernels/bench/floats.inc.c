// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * Three programs with floating point, compiled twice: with x87 instructions by x87.c and with SSE ones by sse.c. FLOAT(name) is a
 * benchmark's name. There is no libm, so the square root is the processor's.
 */
#include "bench.h"

static u32 bits(double value)
{
	union {
		double number;
		u32 words[2];
	} u = { value };

	return mix(u.words[0], u.words[1]);
}

#define ORDER	64

/* Products of matrices. */
u32 FLOAT(matmul)(u32 rounds)
{
	double (*a)[ORDER] = (void *)arena, (*b)[ORDER] = a + ORDER, (*c)[ORDER] = b + ORDER;
	u32 sum = 0;

	for (int row = 0; row < ORDER; row++)
		for (int column = 0; column < ORDER; column++) {
			a[row][column] = (row * 7 + column) % 11 * 0.125 - 0.5;
			b[row][column] = (row + column * 5) % 13 * 0.0625;
		}
	while (rounds--) {
		for (int row = 0; row < ORDER; row++)
			for (int column = 0; column < ORDER; column++) {
				double product = 0;

				for (int n = 0; n < ORDER; n++)
					product += a[row][n] * b[n][column];
				c[row][column] = product;
			}
		sum = mix(sum, bits(c[rounds % ORDER][ORDER / 2]));
		a[rounds % ORDER][rounds / 2 % ORDER] += c[ORDER / 2][rounds % ORDER] * 0.001;
	}
	return sum;
}

/* A piece of the Mandelbrot set: all in registers. */
u32 FLOAT(mandel)(u32 rounds)
{
	enum { WIDTH = 40, HEIGHT = 24, LIMIT = 200 };
	u32 sum = 0;

	while (rounds--)
		for (int row = 0; row < HEIGHT; row++)
			for (int column = 0; column < WIDTH; column++) {
				double cr = column * (3.0 / WIDTH) - 2.25, ci = row * (2.5 / HEIGHT) - 1.25, r = 0, i = 0;
				u32 count = 0;

				for (; count < LIMIT; count++) {
					double rr = r * r, ii = i * i;

					if (rr + ii > 4)
						break;
					i = 2 * r * i + ci;
					r = rr - ii + cr;
				}
				sum = mix(sum, count);
			}
	return sum;
}

#define BODIES	5

struct body {
	double at[3], speed[3], mass;
};

/* Five bodies that attract each other: products, quotients and roots. */
u32 FLOAT(nbody)(u32 rounds)
{
	struct body bodies[BODIES];
	u32 sum = 0;

	for (int n = 0; n < BODIES; n++)
		bodies[n] = (struct body){
			.at = { n * 1.5 - 2, (n * n) % 5 - 1.75, 0.25 * n },
			.speed = { 0.125 * (n - 2), 0.0625 * (2 - n), 0.03125 * (n % 2) },
			.mass = n == 0 ? 20 : 0.5 + 0.25 * n,
		};
	while (rounds--) {
		for (int i = 0; i < BODIES; i++)
			for (int j = i + 1; j < BODIES; j++) {
				double d[3], square = 0.01, force;

				for (int k = 0; k < 3; k++) {
					d[k] = bodies[i].at[k] - bodies[j].at[k];
					square += d[k] * d[k];
				}
				force = 0.001 / (square * __builtin_sqrt(square));
				for (int k = 0; k < 3; k++) {
					bodies[i].speed[k] -= d[k] * bodies[j].mass * force;
					bodies[j].speed[k] += d[k] * bodies[i].mass * force;
				}
			}
		for (int i = 0; i < BODIES; i++)
			for (int k = 0; k < 3; k++)
				bodies[i].at[k] += 0.001 * bodies[i].speed[k];
	}
	for (int i = 0; i < BODIES; i++)
		for (int k = 0; k < 3; k++)
			sum = mix(sum, bits(bodies[i].at[k]));
	return sum;
}
