/* Page tables for all of 4 GiB, in many pieces: for kernels whose mappings are listed. */
#define PRESENT_WRITABLE 3
static unsigned directory[1024] __attribute__((aligned(4096)));
static unsigned tables[1 << 20] __attribute__((aligned(4096)));

/* The 16 MiB of memory over and over; each sixteenth page is left out, but not of the first ones, which the kernel is in. */
static void map_everything(void)
{
	for (unsigned page = 0; page < 1 << 20; page++)
		tables[page] = page < 4096 || page % 16 ? page % 4096 << 12 | PRESENT_WRITABLE : 0;
	for (unsigned n = 0; n < 1024; n++)
		directory[n] = (unsigned)&tables[n * 1024] | PRESENT_WRITABLE;
	__asm__ volatile("mov %0, %%cr3; mov %%cr0, %%eax; or $0x80000000, %%eax; mov %%eax, %%cr0"
			 :: "r"(directory) : "eax", "memory");
}
