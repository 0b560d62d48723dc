// SPDX-License-Identifier: GPL-2.0-or-later
/* Floating point on the x87 stack, in 80 bits. */
#define FLOAT(name) x87_##name
#include "floats.inc.c"
