/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef COLD_H
#define COLD_H

#define COLD_FUNCTIONS	3000
#define COLD_WORDS	256

#endif
