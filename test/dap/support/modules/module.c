/* A module: compiled twice, with NUMBER 10 and 100. */
#include "module.h"

static u32 rounds;
u32 secret = NUMBER;

__attribute__((section(".init.text"))) void module_init(void)
{
	rounds = NUMBER; /* the beginning */
}

static u32 step(u32 n)
{
	rounds += n; /* a round */
	return rounds;
}

void module_work(void)
{
	u32 now = step(1);

	kernel_add(now + secret); /* into the kernel */
}
