// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * A plugin of QEMU (TCG plugin API 1, QEMU 7.2 docs/devel/tcg-plugins) for the lock-step comparison: writes into QEMU's log,
 * behind the record of the instruction, what that instruction stored: "W physical bytes". What the processor stores on
 * its own account (frames of interrupts, accessed bits) calls no plugin.
 *
 * Arguments: ram=FILE, the file that backs the guest's memory, and range=FIRST+SIZE once for each range of linear
 * addresses whose instructions are asked for. The API is declared here, for Debian has no package with its header.
 */
#include <fcntl.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/stat.h>

typedef uint64_t qemu_plugin_id_t;
typedef uint32_t qemu_plugin_meminfo_t;
struct qemu_plugin_tb;
struct qemu_plugin_insn;
struct qemu_plugin_hwaddr;

enum { QEMU_PLUGIN_CB_NO_REGS };
enum { QEMU_PLUGIN_MEM_R = 1, QEMU_PLUGIN_MEM_W };

typedef void on_tb(qemu_plugin_id_t id, struct qemu_plugin_tb *tb);
typedef void on_memory(unsigned int vcpu, qemu_plugin_meminfo_t info, uint64_t vaddr, void *user);

void qemu_plugin_register_vcpu_tb_trans_cb(qemu_plugin_id_t id, on_tb *callback);
void qemu_plugin_register_vcpu_mem_cb(struct qemu_plugin_insn *insn, on_memory *callback, int flags, int rw, void *user);
size_t qemu_plugin_tb_n_insns(const struct qemu_plugin_tb *tb);
struct qemu_plugin_insn *qemu_plugin_tb_get_insn(const struct qemu_plugin_tb *tb, size_t index);
uint64_t qemu_plugin_insn_vaddr(const struct qemu_plugin_insn *insn);
struct qemu_plugin_hwaddr *qemu_plugin_get_hwaddr(qemu_plugin_meminfo_t info, uint64_t vaddr);
bool qemu_plugin_hwaddr_is_io(const struct qemu_plugin_hwaddr *address);
uint64_t qemu_plugin_hwaddr_phys_addr(const struct qemu_plugin_hwaddr *address);
unsigned int qemu_plugin_mem_size_shift(qemu_plugin_meminfo_t info);
void qemu_plugin_outs(const char *text);

#define EXPORT __attribute__((visibility("default")))
#define RANGES 8

EXPORT int qemu_plugin_version = 1;

static const uint8_t *ram;
static size_t ram_size;
static struct { uint64_t first, size; } ranges[RANGES];
static size_t range_count;

static void log_store(unsigned int vcpu, qemu_plugin_meminfo_t info, uint64_t vaddr, void *user)
{
	struct qemu_plugin_hwaddr *address = qemu_plugin_get_hwaddr(info, vaddr);
	size_t size = (size_t)1 << qemu_plugin_mem_size_shift(info);
	char line[64], *end = line;
	uint64_t physical;

	(void)vcpu, (void)user;
	if (!address || qemu_plugin_hwaddr_is_io(address))
		return;
	physical = qemu_plugin_hwaddr_phys_addr(address);
	if (size > 16 || physical + size > ram_size)
		return;
	end += sprintf(end, "W %08x ", (unsigned int)physical);
	for (size_t i = 0; i < size; i++)
		end += sprintf(end, "%02x", ram[physical + i]);
	strcpy(end, "\n");
	qemu_plugin_outs(line);
}

static void watch(qemu_plugin_id_t id, struct qemu_plugin_tb *tb)
{
	(void)id;
	for (size_t i = 0; i < qemu_plugin_tb_n_insns(tb); i++) {
		struct qemu_plugin_insn *insn = qemu_plugin_tb_get_insn(tb, i);
		uint64_t address = qemu_plugin_insn_vaddr(insn);

		for (size_t r = 0; r < range_count; r++)
			if (address - ranges[r].first < ranges[r].size) {
				qemu_plugin_register_vcpu_mem_cb(insn, log_store, QEMU_PLUGIN_CB_NO_REGS,
								 QEMU_PLUGIN_MEM_W, NULL);
				break;
			}
	}
}

static bool map_ram(const char *name)
{
	struct stat status;
	int file = open(name, O_RDONLY);

	if (file < 0 || fstat(file, &status) < 0)
		return false;
	ram_size = status.st_size;
	ram = mmap(NULL, ram_size, PROT_READ, MAP_SHARED, file, 0);
	return ram != MAP_FAILED;
}

EXPORT int qemu_plugin_install(qemu_plugin_id_t id, const void *info, int argc, char **argv)
{
	(void)info;
	for (int i = 0; i < argc; i++) {
		char *end;

		if (!strncmp(argv[i], "ram=", 4)) {
			if (!map_ram(argv[i] + 4))
				return 1;
		} else if (!strncmp(argv[i], "range=", 6) && range_count < RANGES) {
			ranges[range_count].first = strtoull(argv[i] + 6, &end, 0);
			ranges[range_count++].size = strtoull(end, NULL, 0);
		} else {
			return 1;
		}
	}
	if (!ram)
		return 1;
	qemu_plugin_register_vcpu_tb_trans_cb(id, watch);
	return 0;
}
