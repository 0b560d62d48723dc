// SPDX-License-Identifier: GPL-2.0-or-later
/* Pipes: a ring of one page between two files. Who reads from an empty one or writes to a full one sleeps. */
#include "fs.h"

#define ROOM	PAGE_SIZE

struct pipe {
	uint8_t *ring;
	uint32_t written, taken;		/* bytes since the beginning */
	bool has_reader, has_writer;
};

static int read(struct file *file, void *buffer, uint32_t length)
{
	struct pipe *pipe = file->object;
	uint32_t count;

	while (pipe->written == pipe->taken) {
		int error;

		if (!pipe->has_writer)
			return 0;
		error = sleep_on(pipe, "pipe to read");
		if (error)
			return error;
	}
	count = minimum(length, pipe->written - pipe->taken);
	for (uint32_t i = 0; i < count; i++)
		((uint8_t *)buffer)[i] = pipe->ring[pipe->taken++ % ROOM];
	wake_up(pipe);
	return (int)count;
}

static int write(struct file *file, const void *buffer, uint32_t length)
{
	struct pipe *pipe = file->object;

	for (uint32_t done = 0; done < length;) {
		if (!pipe->has_reader) {
			process_signal(current->pid, SIGPIPE);
			return -EPIPE;
		}
		if (pipe->written - pipe->taken == ROOM) {
			int error = sleep_on(pipe, "pipe to write");

			if (error)
				return done ? (int)done : error;
			continue;
		}
		while (done < length && pipe->written - pipe->taken < ROOM)
			pipe->ring[pipe->written++ % ROOM] = ((const uint8_t *)buffer)[done++];
		wake_up(pipe);
	}
	return (int)length;
}

static void close(struct pipe *pipe, bool *end)
{
	*end = false;
	wake_up(pipe);
	if (pipe->has_reader || pipe->has_writer)
		return;
	kfree(pipe->ring);
	kfree(pipe);
}

static void close_reader(struct file *file)
{
	struct pipe *pipe = file->object;

	close(pipe, &pipe->has_reader);
}

static void close_writer(struct file *file)
{
	struct pipe *pipe = file->object;

	close(pipe, &pipe->has_writer);
}

static const struct file_ops reader_ops = { .read = read, .close = close_reader };
static const struct file_ops writer_ops = { .write = write, .close = close_writer };

int pipe_create(uint32_t fds[2])
{
	struct pipe *pipe = kmalloc(sizeof(*pipe));
	uint8_t *ring = kmalloc(ROOM);
	struct file *reader = file_create(&reader_ops, O_RDONLY, pipe);
	struct file *writer = file_create(&writer_ops, O_WRONLY, pipe);
	int first, second;

	if (!pipe || !ring || !reader || !writer) {
		kfree(pipe);
		kfree(ring);
		kfree(reader);
		kfree(writer);
		return -ENOMEM;
	}
	*pipe = (struct pipe){ .ring = ring, .has_reader = true, .has_writer = true };
	first = fd_install(reader);
	second = fd_install(writer);
	if (first < 0 || second < 0) {
		if (first >= 0) {
			current->files[first] = NULL;
			file_close(reader);
		}
		return -EMFILE;
	}
	fds[0] = (uint32_t)first;
	fds[1] = (uint32_t)second;
	return 0;
}
