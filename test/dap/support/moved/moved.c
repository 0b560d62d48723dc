/*
 * A small kernel that does not stay where it was loaded: it copies itself to other memory, applies its relocations to the copy, and
 * goes on there. The command line says how: "copy=ADDRESS" for other physical memory, which then is its own; "slide=BYTES" for other
 * linear addresses, as with KASLR, where the old ones are not mapped any more.
 */
typedef unsigned int u32;

__asm__(
	".section .multiboot, \"ax\"\n"
	".align 4\n"
	".long 0x1badb002, 0, -0x1badb002\n"
	".text\n"
	".globl start\n"
	"start:	movl $boot_stack + 4096, %esp\n"
	"	pushl %ebx\n"
	"	call boot\n"
	".bss\n"
	".align 4096\n"
	"boot_stack: .skip 4096\n"
	".text\n");

struct relocation {
	u32 offset, info;
};

extern char image_start[], image_end[], boot_stack[];
extern struct relocation relocations[], relocations_end[];

/* Where the copy of a slid kernel is. */
#define FRAMES 0x800000u

static u32 directory[1024] __attribute__((aligned(4096)));
static u32 table[1024] __attribute__((aligned(4096)));
volatile u32 total, slid;
void boot(const u32 *information);

static u32 number_of(const char *text, const char *name)
{
	for (; *text; text++) {
		u32 n = 0, value = 0;

		while (name[n] && text[n] == name[n])
			n++;
		if (name[n])
			continue;
		for (text += n + 2; *text; text++) {
			u32 digit = *text <= '9' ? *text - '0' : (*text | 32) - 'a' + 10;

			if (digit > 15)
				break;
			value = value * 16 + digit;
		}
		return value;
	}
	return 0;
}

static void copy_to(u32 frames, u32 bias)
{
	u32 away = frames - (u32)image_start;

	for (char *at = image_start; at < image_end; at++)
		at[away] = *at;
	for (struct relocation *r = relocations; r < relocations_end; r++)
		*(u32 *)(r->offset + away) += bias;
}

/* The page tables are those of the copy, so that it can change them. */
static void map(u32 bias)
{
	u32 away = FRAMES - (u32)image_start;
	u32 *pages = (u32 *)((u32)directory + away), *frames = (u32 *)((u32)table + away);

	for (u32 page = 0; page < 1024; page++)
		frames[page] = (FRAMES - ((u32)image_start & 0x3fffff) + page * 4096) | 3;
	pages[0] = 0x83;
	pages[FRAMES >> 22] = FRAMES | 0x83;
	pages[((u32)image_start + bias) >> 22] = (u32)frames | 3;
	__asm__ volatile("movl %0, %%cr3\n movl %%cr4, %%eax\n orl $0x10, %%eax\n movl %%eax, %%cr4\n"
			 "movl %%cr0, %%eax\n orl $0x80000000, %%eax\n movl %%eax, %%cr0"
			 : : "r"(pages) : "eax", "memory");
}

static u32 work(u32 n)
{
	static u32 calls;

	calls += n;
	total += calls; /* at work */
	return total;
}

u32 (*const handlers[])(u32) = { work };

/* Where the kernel was before belongs to somebody else now. */
static void forget_old(u32 bias)
{
	if (slid) {
		directory[0] = directory[FRAMES >> 22] = 0;
		__asm__ volatile("movl %%cr3, %%eax\n movl %%eax, %%cr3" : : : "eax", "memory");
		return;
	}
	for (char *at = image_start - bias; at < (char *)relocations - bias; at++)
		*at = 0x90;
}

void kmain(u32 bias)
{
	if (bias)
		forget_old(bias);
	for (u32 n = 1;; n++)
		handlers[0](n); /* the loop */
}

void boot(const u32 *information)
{
	const char *command_line = (const char *)information[4];
	u32 copy = number_of(command_line, "copy="), slide = number_of(command_line, "slide=");
	u32 bias = slide ? slide : copy ? copy - (u32)image_start : 0;

	slid = slide != 0; /* before the move */
	if (bias)
		copy_to(slide ? FRAMES : copy, bias);
	if (slide)
		map(bias);
	/* On the copy's stack, and not by name, which would stay here. */
	__asm__ volatile("movl %0, %%esp\n pushl %1\n call *%2"
			 : : "r"((u32)boot_stack + 4096 + bias), "r"(bias), "r"((u32)kmain + bias) : "memory");
}
