// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * A guest that asks for nonsense: operations, requests of every device and messages to every module, made of a seed
 * on the command line (seed=NUMBER count=NUMBER), well-formed but for some of their parts, or not at all. Whatever
 * would end it is left for the end, when it does one such thing. It gives the host no reason to wait: interrupts
 * are off only between two switches.
 */
#include <colinux/block.h>
#include <colinux/console.h>
#include <colinux/filesystem.h>
#include <colinux/network.h>
#include "guest.h"
#include "words.h"

#define COUNT_DEFAULT	1000
#define MESSAGE_MOST	0xff00		/* of data: more does not fit, which would be the end */
#define BUFFER_SIZE	0x10000
#define VECTOR_SPURIOUS	0x27

static uint32_t state = 1;

static uint32_t random(void)
{
	state ^= state << 13;			/* Marsaglia, "Xorshift RNGs" */
	state ^= state >> 17;
	state ^= state << 5;
	return state;
}

static uint32_t below(uint32_t limit)
{
	return random() % limit;
}

/* Numbers at which something changes. */
static uint32_t number(void)
{
	static const uint32_t edges[] = {
		0, 1, 2, 3, 15, 16, 31, 32, 33, 63, 64, 255, 256, 511, 512, 1023, 1024, 4096, 0x10000, 0x100000,
		0x7fffffff, 0x80000000, 0xfffff000, 0xfffffe00, 0xffffffff,
	};

	switch (below(4)) {
	case 0:
		return random();
	case 1:
		return below(64);
	default:
		return edges[below(sizeof(edges) / sizeof(*edges))] + below(3) - 1;
	}
}

/* An address: of our own memory, at its end, or anywhere. */
static uint32_t address(void)
{
	uint32_t free_at = (boot.kernel_end + 0xffff) & ~0xffffu;

	switch (below(4)) {
	case 0:
		return number();
	case 1:
		return CO_ARCH_KERNEL_OFFSET + boot.memory_size - below(0x2000);
	default:
		return free_at + below(0x100000);
	}
}

static void random_bytes(void *to, uint32_t size)
{
	uint8_t *bytes = to;

	for (uint32_t i = 0; i < size; i++)
		bytes[i] = (uint8_t)(random() >> 8);
}

/* All of them now and then; else most are what the last deed, or the host, has left. */
static void random_params(void)
{
	if (below(16) == 0)
		for (uint32_t i = 0; i < 40; i++)
			passage->params[i] = number();
	else
		for (uint32_t i = 0; i < 4; i++)
			passage->params[below(16)] = number();
}

/* --- Devices ---------------------------------------------------------------------------------------------- */

static void block(void)
{
	struct co_block_request *request = (void *)&passage->params[2];

	passage->params[0] = CO_DEVICE_BLOCK;
	if (below(8))
		passage->params[1] = below(3);
	if (below(8))
		request->type = below(8);
	if (below(4)) {
		request->offset = (uint64_t)below(4096) * CO_BLOCK_SECTOR;
		request->size = (uint64_t)(1 + below(16)) * CO_BLOCK_SECTOR;
	}
	request->address = address();
	request->async = below(3) != 0;
	host_call(CO_OPERATION_DEVICE);
}

static void network(void)
{
	passage->params[0] = CO_DEVICE_NETWORK;
	host_call(CO_OPERATION_DEVICE);
}

static void console(void)
{
	passage->params[0] = CO_DEVICE_CONSOLE;
	host_call(CO_OPERATION_DEVICE);
}

/* Names that would lead elsewhere, that are none, and some that can be. */
static void name(char *to, uint32_t room)
{
	static const char *const names[] = {
		"a", "b", "c", "d/e", "..", ".", "", "/", "../outside", "../outside/precious", "a/../../outside",
		"/etc/passwd", "a\\b", "..\\outside", "\xff\xfe", "precious", "link", "link/passwd",
	};

	if (below(8) == 0)
		random_bytes(to, below(room));
	else if (below(3) == 0)
		format(to, room, "%c", (int)('a' + below(4)));
	else
		format(to, room, "%s", names[below(sizeof(names) / sizeof(*names))]);
}

static void filesystem(void)
{
	struct co_fs_request *request = (void *)&passage->params[1];
	char *names = (char *)&passage->params[CO_FS_NAMES_INDEX];

	passage->params[0] = CO_DEVICE_FILESYSTEM;
	if (below(8))
		request->unit = 0;
	if (below(8))
		request->opcode = 1 + below(CO_FS_MOUNT);
	if (request->opcode == CO_FS_MOUNT && below(8))
		request->opcode = CO_FS_LOOKUP;		/* once in a while is enough: it forgets all */
	request->inode = below(2) ? CO_FS_ROOT : below(4) ? 1 + below(6) : number();
	if (request->opcode == CO_FS_READ || request->opcode == CO_FS_WRITE || request->opcode == CO_FS_DIR_READ) {
		request->io.handle = below(4) ? 1 + below(4) : number();
		request->io.offset = below(4) ? below(0x20000) : ((uint64_t)number() << 32 | number());
		request->io.size = below(4) ? below(0x2000) : number();
		request->io.address = address();
	}
	if (below(8) == 0)
		memset(names, below(2) ? 0 : 'x', CO_FS_NAMES_SIZE);
	name(names, 300);
	name(names + strlen(names) + 1, 300);
	host_call(CO_OPERATION_DEVICE);
}

/* Without it nothing of the folder can be reached: the one thing that is asked for as it should be. */
static void mount(void)
{
	struct co_fs_request request = { .opcode = CO_FS_MOUNT };

	request.mount.directory_mode = request.mount.file_mode = 0777;
	memset(passage->params, 0, sizeof(passage->params));
	host_device(CO_DEVICE_FILESYSTEM, 1, &request, sizeof(request));
}

static void any_device(void)
{
	passage->params[0] = number();
	if (passage->params[0] == CO_DEVICE_FILESYSTEM)
		passage->params[0] = CO_DEVICES_TOTAL;	/* not so wildly: see above */
	host_call(CO_OPERATION_DEVICE);
}

/* --- Messages --------------------------------------------------------------------------------------------- */

static void message(void)
{
	struct co_message *header = (void *)io_area->buffer;

	random_bytes(io_area->buffer, sizeof(*header) + 12);
	header->to = below(CO_MODULE_MAX);
	if (below(2))
		header->to = below(2) ? CO_MODULE_CONET0 : CO_MODULE_SERIAL0;
	header->size = below(64) ? below(100) : below(1600);
	if (header->to != CO_MODULE_CONSOLE && header->to != CO_MODULE_PRINTK && below(64) == 0)
		header->size = below(MESSAGE_MOST);
	if (header->to == CO_MODULE_PRINTK)
		header->size = below(20);
	host_call(CO_OPERATION_MESSAGE_TO_MONITOR);
}

/* A console operation whose type is right and nothing else. */
static void draw(void)
{
	struct co_message *header = (void *)io_area->buffer;

	random_bytes(header + 1, 32);
	*header = (struct co_message){ CO_MODULE_LINUX, CO_MODULE_CONSOLE, CO_PRIORITY_IMPORTANT, CO_MESSAGE_TYPE_OTHER,
				       below(64) };
	((struct co_console_message *)(header + 1))->type = below(24);
	host_call(CO_OPERATION_MESSAGE_TO_MONITOR);
}

/* --- Other operations ------------------------------------------------------------------------------------- */

static void harmless(void)
{
	static const enum co_operation operations[] = {
		CO_OPERATION_GET_TIME, CO_OPERATION_DEBUG_LINE, CO_OPERATION_GET_HIGH_PREC_TIME,
		CO_OPERATION_TRACE_POINT, CO_OPERATION_FREE_PAGES, CO_OPERATION_ALLOC_PAGES, CO_OPERATION_GETPP,
	};

	host_call(operations[below(sizeof(operations) / sizeof(*operations))]);
}

/* A line that is allowed to be spurious, with nothing behind it. */
static void spurious(void)
{
	passage->params[0] = VECTOR_SPURIOUS;
	passage->host.eflags &= ~0x200u;
	host_call(CO_OPERATION_FORWARD_INTERRUPT);
}

/* Messages are taken, or said to be taken, or left, or announced by us. */
static void take(void)
{
	if (below(8) == 0)
		io_area->messages_waiting = number();
	host_call(CO_OPERATION_IDLE);
	if (below(4))
		io_area->messages_waiting = 0;
}

static void (*const deeds[])(void) = {
	block, block, network, console, filesystem, filesystem, any_device, any_device, message, draw, harmless,
	harmless, harmless, spurious,
};

/* What ends a guest. */
static void __attribute__((noreturn)) last_deed(void)
{
	struct co_message *header = (void *)io_area->buffer;

	random_params();
	switch (below(4)) {
	case 0:
		host_call(0x100 + below(1000));
		break;
	case 1:
		header->size = 0x80000000u + below(1000);
		host_call(CO_OPERATION_MESSAGE_TO_MONITOR);
		break;
	case 2:
		header->to = CO_MODULE_MAX + below(1000);
		host_call(CO_OPERATION_MESSAGE_TO_MONITOR);
		break;
	default:
		passage->params[0] = 0x80;
		host_call(CO_OPERATION_FORWARD_INTERRUPT);
	}
	terminate(CO_TERMINATE_END, 0, 0, "the host has let it pass");
}

static uint32_t word_number(const char *word, uint32_t otherwise)
{
	const char *digits = word_in(boot.command_line, word);
	uint32_t value = 0;

	for (; digits && *digits >= '0' && *digits <= '9'; digits++)
		value = value * 10 + (uint32_t)(*digits - '0');
	return value ? value : otherwise;
}

uint32_t guest_main(void)
{
	uint32_t count = word_number("count=", COUNT_DEFAULT);

	state = word_number("seed=", 1);
	mount();
	for (uint32_t n = 0; n < count; n++) {
		random_params();
		if (below(200) == 0)
			take();
		else
			deeds[below(sizeof(deeds) / sizeof(*deeds))]();
	}
	print("hostile: %u deeds done", count);
	last_deed();
}
