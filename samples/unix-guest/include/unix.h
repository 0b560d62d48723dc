/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * What the kernel and its programs agree on: numbers of system calls, errors, flags, and the shapes of structures. All
 * are those of Linux on i386, where Linux has such a thing (linux/arch/x86/entry/syscalls/syscall_32.tbl).
 */
#ifndef UNIX_H
#define UNIX_H

#include <stdint.h>

enum system_call_number {
	SYS_EXIT = 1, SYS_FORK = 2, SYS_READ = 3, SYS_WRITE = 4, SYS_OPEN = 5, SYS_CLOSE = 6, SYS_WAITPID = 7,
	SYS_LINK = 9, SYS_UNLINK = 10, SYS_EXECVE = 11, SYS_CHDIR = 12, SYS_TIME = 13, SYS_GETPID = 20, SYS_MOUNT =
	21, SYS_UMOUNT = 22, SYS_SYNC = 36, SYS_KILL = 37, SYS_RENAME = 38, SYS_MKDIR = 39, SYS_RMDIR = 40, SYS_DUP
	= 41, SYS_PIPE = 42, SYS_BRK = 45, SYS_SIGNAL = 48, SYS_DUP2 = 63, SYS_GETPPID = 64, SYS_SYMLINK = 83,
	SYS_READLINK = 85, SYS_REBOOT = 88, SYS_FTRUNCATE = 93, SYS_SOCKETCALL = 102, SYS_SYSINFO = 116, SYS_FSYNC =
	118, SYS_LLSEEK = 140, SYS_NANOSLEEP = 162, SYS_STAT64 = 195, SYS_LSTAT64 = 196, SYS_FSTAT64 = 197,
	SYS_GETDENTS64 = 220, SYS_STATFS64 = 268, SYS_LAST = SYS_STATFS64,
};

enum error_number {
	EPERM = 1, ENOENT = 2, ESRCH = 3, EINTR = 4, EIO = 5, ENXIO = 6, E2BIG = 7, ENOEXEC = 8, EBADF = 9, ECHILD =
	10, EAGAIN = 11, ENOMEM = 12, EACCES = 13, EFAULT = 14, EBUSY = 16, EEXIST = 17, EXDEV = 18, ENODEV = 19,
	ENOTDIR = 20, EISDIR = 21, EINVAL = 22, ENFILE = 23, EMFILE = 24, ENOTTY = 25, EFBIG = 27, ENOSPC = 28,
	ESPIPE = 29, EROFS = 30, EMLINK = 31, EPIPE = 32, ENAMETOOLONG = 36, ENOSYS = 38, ENOTEMPTY = 39, ELOOP =
	40, ENOTSOCK = 88, EDESTADDRREQ = 89, EMSGSIZE = 90, EPROTONOSUPPORT = 93, EOPNOTSUPP = 95, EADDRINUSE = 98,
	ENETUNREACH = 101, ECONNRESET = 104, EISCONN = 106, ENOTCONN = 107, ETIMEDOUT = 110, ECONNREFUSED = 111,
	EHOSTUNREACH = 113,
};

/* open() */
#define O_RDONLY	0
#define O_WRONLY	1
#define O_RDWR		2
#define O_ACCESS	3
#define O_CREAT		0100
#define O_EXCL		0200
#define O_TRUNC		01000
#define O_APPEND	02000

enum { SEEK_SET, SEEK_CUR, SEEK_END };

/* st_mode */
#define S_IFMT		0170000
#define S_IFLNK		0120000
#define S_IFREG		0100000
#define S_IFBLK		0060000
#define S_IFDIR		0040000
#define S_IFCHR		0020000
#define S_IFIFO		0010000
#define S_ISDIR(mode)	(((mode) & S_IFMT) == S_IFDIR)
#define S_ISREG(mode)	(((mode) & S_IFMT) == S_IFREG)
#define S_ISLNK(mode)	(((mode) & S_IFMT) == S_IFLNK)

#define NAME_MAX	255
#define PATH_MAX	1024

struct stat64 {
	uint64_t st_dev;
	uint32_t pad0, short_ino, st_mode, st_nlink, st_uid, st_gid;
	uint64_t st_rdev;
	uint32_t pad3;
	uint64_t st_size;
	uint32_t st_blksize;
	uint64_t st_blocks;
	uint32_t st_atime, st_atime_ns, st_mtime, st_mtime_ns, st_ctime, st_ctime_ns;
	uint64_t st_ino;
} __attribute__((packed));

struct dirent64 {
	uint64_t d_ino;
	uint64_t d_off;			/* where to go on behind this one */
	uint16_t d_reclen;
	uint8_t d_type;			/* S_IF… >> 12 */
	char d_name[];
} __attribute__((packed));

struct statfs64 {
	uint32_t f_type, f_bsize;
	uint64_t f_blocks, f_bfree, f_bavail, f_files, f_ffree;
	uint32_t f_fsid[2], f_namelen, f_frsize, f_flags, spare[4];
} __attribute__((packed));

struct sysinfo {
	uint32_t uptime, loads[3], totalram, freeram, sharedram, bufferram, totalswap, freeswap;
	uint16_t procs, pad;
	uint32_t totalhigh, freehigh, mem_unit;
};

struct timespec {
	uint32_t tv_sec, tv_nsec;
};

#define MS_RDONLY	1		/* mount() */

/* reboot(): its third argument */
#define REBOOT_RESTART	0x01234567
#define REBOOT_HALT	0xcdef0123
#define REBOOT_POWEROFF	0x4321fedc

#define WNOHANG		1
#define SIGINT		2
#define SIGKILL		9
#define SIGPIPE		13
#define SIGTERM		15
#define SIG_DFL		0		/* all that signal() knows; there are no handlers */
#define SIG_IGN		1

/* Sockets: socketcall() number, then a pointer to the arguments */
enum {
	SOCKET_SOCKET = 1, SOCKET_BIND, SOCKET_CONNECT, SOCKET_LISTEN, SOCKET_ACCEPT, SOCKET_GETSOCKNAME,
	SOCKET_SENDTO = 11, SOCKET_RECVFROM = 12, SOCKET_SHUTDOWN = 13, SOCKET_SETSOCKOPT = 14,
};
#define AF_INET		2
#define SOCK_STREAM	1
#define SOCK_DGRAM	2
#define IPPROTO_ICMP	1
#define IPPROTO_TCP	6
#define IPPROTO_UDP	17
#define SOL_SOCKET	1
#define SO_RCVTIMEO	20		/* struct timespec: no answer for so long is EAGAIN */
enum { SHUT_RD, SHUT_WR, SHUT_RDWR };

struct sockaddr_in {
	uint16_t family;
	uint16_t port;			/* big-endian, as on the wire */
	uint32_t address;		/* likewise */
	uint8_t zero[8];
};

#endif /* UNIX_H */
