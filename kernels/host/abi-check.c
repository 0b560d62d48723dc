// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * Asserts the numbers of the ABI at compile time, against the offsets documented for coLinux 0.7.9. This file makes no
 * code; it also carries the debug information of every ABI type (-fno-eliminate-unused-debug-types).
 */
#include <stddef.h>
#include <colinux/abi.h>
#include <colinux/block.h>
#include <colinux/console.h>
#include <colinux/filesystem.h>
#include <colinux/network.h>
#include <colinux/note.h>

#define STATE(field, offset) _Static_assert(offsetof(struct co_state, field) == (offset), "co_state." #field)
#define PAGE(field, offset) _Static_assert(offsetof(struct co_passage_page, field) == (offset), "page." #field)
#define SIZE(type, size) _Static_assert(sizeof(struct type) == (size), "size of " #type)

STATE(cs, 0x04);
STATE(ds, 0x08);
STATE(es, 0x0c);
STATE(cr3, 0x10);
STATE(cr4, 0x14);
STATE(cr2, 0x18);
STATE(cr0, 0x1c);
STATE(gdt, 0x20);
STATE(fs, 0x26);
STATE(gs, 0x2a);
STATE(ldt, 0x2e);
STATE(idt, 0x30);
STATE(tr, 0x36);
STATE(return_eip, 0x38);
STATE(eflags, 0x3c);
STATE(esp, 0x40);
STATE(ss, 0x44);
STATE(dr0, 0x48);
STATE(dr6, 0x58);
STATE(dr7, 0x5c);
STATE(other_map, 0x60);
STATE(scratch, 0x64);
STATE(va, 0x6c);
STATE(sysenter_cs, 0x70);
STATE(sysenter_eip, 0x78);
SIZE(co_state, 0x7c);

PAGE(shadow, 0x004);
PAGE(code, 0x01c);
PAGE(host, 0x280);
PAGE(guest, 0x2fc);
PAGE(operation, 0x378);
PAGE(params, 0x37c);
PAGE(emergency_tss, 0x780);
PAGE(emergency_code, 0x7e8);
PAGE(emergency_stack, 0x880);
SIZE(co_passage_page, 0xa00);
SIZE(co_tss, 104);

SIZE(co_message, 20);
SIZE(co_linux_message, 12);
SIZE(co_io_area, CO_VPTR_IO_AREA_SIZE);
SIZE(co_boot_params, 40 + CO_COMMAND_LINE_SIZE);
SIZE(co_delivery, 12);
SIZE(co_console_putcs, 6);
SIZE(co_console_message, 16);
SIZE(co_key_event, 8);
SIZE(co_note, 20);
SIZE(co_block_request, 0x30);
SIZE(co_network_request, 0x14);
SIZE(co_mouse_event, 0x10);
_Static_assert(offsetof(struct co_block_request, async) == 0x28, "co_block_request.async");
_Static_assert(sizeof(struct co_fs_request) <= (CO_FS_NAMES_INDEX - 1) * 4, "co_fs_request runs into the names");

/* A translation unit must declare something. */
extern const int co_abi_version;
const int co_abi_version = CO_ABI_VERSION;
