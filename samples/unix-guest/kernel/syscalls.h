/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * System calls as C functions. A result is a number, or a negative error number. The table (syscalls.c) knows nothing
 * of their parameters: trap_handler() pushes five registers, and a function takes from the stack what it has declared
 * (cdecl).
 */
#ifndef SYSCALLS_H
#define SYSCALLS_H

#include "kernel.h"

/* syscalls-file.c: what is done with an open file */
int sys_read(uint32_t fd, void *buffer, uint32_t length);
int sys_write(uint32_t fd, const void *buffer, uint32_t length);
int sys_close(uint32_t fd);
int sys_dup(uint32_t fd);
int sys_dup2(uint32_t fd, uint32_t wanted);
int sys_pipe(uint32_t *fds);
int sys_ftruncate(uint32_t fd, uint32_t size);
int sys_fsync(uint32_t fd);
int sys_llseek(uint32_t fd, uint32_t high, uint32_t low, uint64_t *result, uint32_t whence);
int sys_fstat64(uint32_t fd, struct stat64 *stat);
int sys_getdents64(uint32_t fd, uint8_t *buffer, uint32_t length);

/* syscalls-path.c: what is done by name */
int sys_open(const char *path, uint32_t flags, uint32_t mode);
int sys_link(const char *path, const char *new_path);
int sys_unlink(const char *path);
int sys_chdir(const char *path);
int sys_mount(const char *source, const char *path, const char *type, uint32_t flags);
int sys_umount(const char *path);
int sys_sync(void);
int sys_rename(const char *path, const char *new_path);
int sys_mkdir(const char *path, uint32_t mode);
int sys_rmdir(const char *path);
int sys_symlink(const char *target, const char *path);
int sys_readlink(const char *path, char *buffer, uint32_t length);
int sys_stat64(const char *path, struct stat64 *stat);
int sys_lstat64(const char *path, struct stat64 *stat);
int sys_statfs64(const char *path, uint32_t size, struct statfs64 *stat);

/* net/socket.c */
int sys_socketcall(uint32_t number, const uint32_t *arguments);

#endif /* SYSCALLS_H */
