// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * System calls: int 0x80, number in EAX, arguments in EBX, ECX, EDX, ESI, EDI, result in EAX. Here are those about
 * processes and the machine, and the table of all.
 */
#include "syscalls.h"

#define NS_PER_TICK	(1000000000u / HZ)
#define SIGNALS		32
#define REBOOT_MAGIC	0xfee1dead
#define REBOOT_MAGIC2	672274793

static int sys_exit(int code)
{
	process_exit((code & 0xff) << 8);
}

static int sys_waitpid(int pid, int *status, int options)
{
	if (status && user_check(status, sizeof(*status)))
		return -EFAULT;
	return process_wait(pid, status, options);
}

static int sys_execve(const char *path, char *const argv[], char *const envp[])
{
	int length = user_string(path, PATH_MAX);

	if (length < 0)
		return length;
	return argv ? process_execute(path, argv, envp) : -EFAULT;
}

static int sys_time(uint32_t *result)
{
	uint32_t seconds = cooperative_time();

	if (result && user_check(result, sizeof(*result)))
		return -EFAULT;
	if (result)
		*result = seconds;
	return (int)seconds;
}

static int sys_getpid(void)
{
	return current->pid;
}

static int sys_getppid(void)
{
	return current->parent->pid;
}

static int sys_kill(int pid, int signal)
{
	if (signal < 0 || signal >= SIGNALS)
		return -EINVAL;
	if (pid != -1)
		return process_signal(pid, signal);
	signal_all(signal);
	return 0;
}

/* SIG_DFL or SIG_IGN. Returns what it was. */
static int sys_signal(uint32_t signal, uint32_t action)
{
	uint32_t before;

	if (signal < 1 || signal >= SIGNALS || action > SIG_IGN)
		return -EINVAL;
	before = current->ignored >> signal & 1;
	current->ignored = (current->ignored & ~(1u << signal)) | action << signal;
	return (int)before;
}

static int sys_reboot(uint32_t magic, uint32_t magic2, uint32_t command)
{
	return magic == REBOOT_MAGIC && magic2 == REBOOT_MAGIC2 ? power_reboot(command) : -EINVAL;
}

static int sys_sysinfo(struct sysinfo *info)
{
	if (user_check(info, sizeof(*info)))
		return -EFAULT;
	*info = (struct sysinfo){
		.uptime = timer_ticks() / HZ, .totalram = frames_total(), .freeram = frames_available(),
		.mem_unit = PAGE_SIZE,
	};
	for (uint32_t i = 1; i < PROCESSES; i++)
		info->procs += processes[i].state != PROCESS_FREE;
	return 0;
}

static int sys_nanosleep(const struct timespec *time)
{
	uint32_t ticks;

	if (user_check(time, sizeof(*time)))
		return -EFAULT;
	if (time->tv_nsec >= 1000000000 || time->tv_sec > 0x7fffffff / HZ - 1)
		return -EINVAL;
	ticks = time->tv_sec * HZ + (time->tv_nsec + NS_PER_TICK - 1) / NS_PER_TICK;
	return ticks && sleep_ticks(time, "time", ticks) == -EINTR ? -EINTR : 0;
}

const system_call system_calls[SYS_LAST + 1] = {
	[SYS_EXIT] = sys_exit, [SYS_FORK] = process_fork, [SYS_READ] = sys_read, [SYS_WRITE] = sys_write,
	[SYS_OPEN] = sys_open, [SYS_CLOSE] = sys_close, [SYS_WAITPID] = sys_waitpid, [SYS_LINK] = sys_link,
	[SYS_UNLINK] = sys_unlink, [SYS_EXECVE] = sys_execve, [SYS_CHDIR] = sys_chdir, [SYS_TIME] = sys_time,
	[SYS_GETPID] = sys_getpid, [SYS_MOUNT] = sys_mount, [SYS_UMOUNT] = sys_umount, [SYS_SYNC] = sys_sync,
	[SYS_KILL] = sys_kill, [SYS_RENAME] = sys_rename, [SYS_MKDIR] = sys_mkdir, [SYS_RMDIR] = sys_rmdir,
	[SYS_DUP] = sys_dup, [SYS_PIPE] = sys_pipe, [SYS_BRK] = process_set_break, [SYS_SIGNAL] = sys_signal,
	[SYS_DUP2] = sys_dup2, [SYS_GETPPID] = sys_getppid, [SYS_SYMLINK] = sys_symlink,
	[SYS_READLINK] = sys_readlink, [SYS_REBOOT] = sys_reboot, [SYS_FTRUNCATE] = sys_ftruncate,
	[SYS_SOCKETCALL] = sys_socketcall, [SYS_SYSINFO] = sys_sysinfo, [SYS_FSYNC] = sys_fsync,
	[SYS_LLSEEK] = sys_llseek, [SYS_NANOSLEEP] = sys_nanosleep, [SYS_STAT64] = sys_stat64,
	[SYS_LSTAT64] = sys_lstat64, [SYS_FSTAT64] = sys_fstat64, [SYS_GETDENTS64] = sys_getdents64,
	[SYS_STATFS64] = sys_statfs64,
};
