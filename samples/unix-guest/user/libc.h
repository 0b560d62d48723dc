/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The C library of the programs. System calls return what the kernel returns: a number, or a negative error number. All
 * are described in the Linux manual, section 2.
 */
#ifndef LIBC_H
#define LIBC_H

#include <unix.h>
#include <lib.h>

#define PAGE		4096

/* start.S, libc.c */
int system_call(int number, ...);
void exit(int code) __attribute__((noreturn));
int strcmp(const char *left, const char *right);
int strncmp(const char *left, const char *right, size_t length);
char *strchr(const char *text, int c);
void strcopy(char *to, const char *from, size_t size);
int printf(const char *text, ...) __attribute__((format(printf, 1, 2)));
void print_error(const char *what, int error);
void fail(const char *what, int error) __attribute__((noreturn));
void usage(const char *text) __attribute__((noreturn));
void *allocate(size_t size);
unsigned number(const char *text);		/* or the end of the program with a message */
int write_all(int fd, const void *data, size_t length);
int read_line(int fd, char *line, size_t size);	/* its length without the end; -1 at the end of the file */
void join_path(char path[PATH_MAX], const char *directory, const char *name);
extern const char *program_name;
extern char buffer[0x8000];			/* for what passes through a program */

/* System calls */
static inline int fork(void) { return system_call(SYS_FORK); }
static inline int read(int fd, void *data, size_t length) { return system_call(SYS_READ, fd, data, length); }
static inline int write(int fd, const void *data, size_t length) { return system_call(SYS_WRITE, fd, data, length); }
static inline int open(const char *path, int flags) { return system_call(SYS_OPEN, path, flags, 0666); }
static inline int close(int fd) { return system_call(SYS_CLOSE, fd); }
static inline int waitpid(int pid, int *status, int options) { return system_call(SYS_WAITPID, pid, status, options); }
static inline int link(const char *path, const char *to) { return system_call(SYS_LINK, path, to); }
static inline int unlink(const char *path) { return system_call(SYS_UNLINK, path); }
static inline int execve(const char *path, char *const argv[], char *const envp[])
{
	return system_call(SYS_EXECVE, path, argv, envp);
}
static inline int chdir(const char *path) { return system_call(SYS_CHDIR, path); }
static inline uint32_t time(void) { return (uint32_t)system_call(SYS_TIME, 0); }
static inline int getpid(void) { return system_call(SYS_GETPID); }
static inline int mount(const char *source, const char *path, const char *type, int flags)
{
	return system_call(SYS_MOUNT, source, path, type, flags);
}
static inline int umount(const char *path) { return system_call(SYS_UMOUNT, path); }
static inline int sync(void) { return system_call(SYS_SYNC); }
static inline int kill(int pid, int signal) { return system_call(SYS_KILL, pid, signal); }
static inline int rename(const char *path, const char *to) { return system_call(SYS_RENAME, path, to); }
static inline int mkdir(const char *path) { return system_call(SYS_MKDIR, path, 0777); }
static inline int rmdir(const char *path) { return system_call(SYS_RMDIR, path); }
static inline int pipe(int fds[2]) { return system_call(SYS_PIPE, fds); }
static inline int dup2(int fd, int wanted) { return system_call(SYS_DUP2, fd, wanted); }
static inline int signal(int number, int action) { return system_call(SYS_SIGNAL, number, action); }
static inline int symlink(const char *target, const char *path) { return system_call(SYS_SYMLINK, target, path); }
static inline int readlink(const char *path, char *data, size_t size)
{
	return system_call(SYS_READLINK, path, data, size);
}
static inline int reboot(int command) { return system_call(SYS_REBOOT, 0xfee1dead, 672274793, command); }
static inline int ftruncate(int fd, uint32_t size) { return system_call(SYS_FTRUNCATE, fd, size); }
static inline int fsync(int fd) { return system_call(SYS_FSYNC, fd); }
static inline int seek(int fd, uint64_t offset, int whence)
{
	uint64_t result;

	return system_call(SYS_LLSEEK, fd, (uint32_t)(offset >> 32), (uint32_t)offset, &result, whence);
}
static inline int sysinfo(struct sysinfo *info) { return system_call(SYS_SYSINFO, info); }
static inline int stat(const char *path, struct stat64 *stat) { return system_call(SYS_STAT64, path, stat); }
static inline int lstat(const char *path, struct stat64 *stat) { return system_call(SYS_LSTAT64, path, stat); }
static inline int fstat(int fd, struct stat64 *stat) { return system_call(SYS_FSTAT64, fd, stat); }
static inline int getdents(int fd, void *data, size_t size) { return system_call(SYS_GETDENTS64, fd, data, size); }
static inline int statfs(const char *path, struct statfs64 *stat)
{
	return system_call(SYS_STATFS64, path, sizeof(*stat), stat);
}
void sleep_ms(unsigned milliseconds);

/* Sockets: socket.c */
static inline uint16_t swap16(uint16_t value) { return (uint16_t)(value >> 8 | value << 8); }
static inline uint32_t swap32(uint32_t value) { return __builtin_bswap32(value); }

int socket(int type, int protocol);
int bind(int fd, uint16_t port);
int connect(int fd, uint32_t address, uint16_t port);
int listen(int fd);
int accept(int fd);
int shutdown(int fd, int how);
int receive_timeout(int fd, unsigned milliseconds);
int sendto(int fd, const void *data, size_t length, uint32_t address, uint16_t port);
int recvfrom(int fd, void *data, size_t size, uint32_t *address, uint16_t *port);
uint32_t resolve(const char *host);		/* host byte order; the end of the program if it cannot be found */
int ask_name_server(const char *name, uint32_t *address);
void print_address(uint32_t address);
bool parse_address(const char *text, uint32_t *address);

/* Read by several programs: hash.c, net-state.c */
uint32_t crc32(uint32_t crc, const void *data, size_t length);

struct net_state { uint32_t address, gateway, name_server; unsigned prefix; uint8_t mac[6]; };
bool net_state(struct net_state *state);

#endif /* LIBC_H */
