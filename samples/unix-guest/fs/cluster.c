// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * Clusters: buffers whose blocks follow each other on the disk, in one transfer. The data passes through memory of the
 * cluster, so a buffer may be changed while what it was is being written, and need not lie beside its neighbour.
 *
 * A transfer ends in an interrupt; what it means for the buffers is done by whoever needs one of them, or the cluster.
 */
#include "buffer.h"

#define CLUSTERS	4
#define CLUSTER_SIZE	0x8000

struct cluster {
	struct transfer transfer;
	bool used;
	enum wave wave;				/* of what is written */
	uint32_t count;
	struct buffer *buffers[CLUSTER_BLOCKS];
	uint8_t *data;
};

static struct cluster clusters[CLUSTERS];
static uint8_t memory[CLUSTERS][CLUSTER_SIZE];

uint32_t cluster_limit(uint32_t unit)
{
	return minimum(CLUSTER_BLOCKS, CLUSTER_SIZE / disks[unit].block_size);
}

/* The transfer has ended. */
static void finish(struct cluster *cluster)
{
	uint32_t size = disks[cluster->transfer.unit].block_size;
	bool failed = cluster->transfer.failed;

	for (uint32_t i = 0; i < cluster->count; i++) {
		struct buffer *buffer = cluster->buffers[i];

		buffer->cluster = NULL;
		if (cluster->transfer.type == CO_BLOCK_WRITE && failed) {
			buffer_dirty(buffer, cluster->wave);
			disks[buffer->unit].write_failed = true;
		} else if (cluster->transfer.type == CO_BLOCK_READ && !failed) {
			memcpy(buffer->data, cluster->data + i * size, size);
			buffer->valid = true;
		}
	}
	cluster->used = false;
}

/* A free one, for the caller alone. */
static struct cluster *take(void)
{
	for (;;) {
		for (struct cluster *cluster = clusters; cluster < clusters + CLUSTERS; cluster++) {
			if (cluster->used && cluster->count && !cluster->transfer.pending)
				finish(cluster);
			if (cluster->used)
				continue;
			*cluster = (struct cluster){ .used = true, .data = memory[cluster - clusters] };
			return cluster;
		}
		block_wait_any();
	}
}

static void add(struct cluster *cluster, struct buffer *buffer)
{
	buffer->cluster = cluster;
	cluster->buffers[cluster->count++] = buffer;
}

static void submit(struct cluster *cluster, enum co_block_type type)
{
	const struct buffer *first = cluster->buffers[0];
	uint32_t size = disks[first->unit].block_size;

	cluster->transfer = (struct transfer){
		.unit = first->unit, .type = type, .offset = (uint64_t)first->block * size,
		.size = cluster->count * size, .data = cluster->data, .pending = true,
	};
	block_submit(&cluster->transfer);
}

/*
 * The buffers are held. While take() sleeps, others may have read some of them: what is read is a run from the first
 * that is not.
 */
void cluster_read(struct buffer *const buffers[], uint32_t count)
{
	struct cluster *cluster = take();

	for (uint32_t i = 0; i < count; i++) {
		if (!buffers[i]->valid && !buffers[i]->cluster)
			add(cluster, buffers[i]);
		else if (cluster->count)
			break;
	}
	if (cluster->count)
		submit(cluster, CO_BLOCK_READ);
	else
		cluster->used = false;
}

static bool can_join(const struct buffer *buffer, uint32_t wave)
{
	return buffer && buffer->dirty == wave && !buffer->cluster;
}

void cluster_write(struct buffer *buffer)
{
	struct cluster *cluster = take();
	uint32_t unit = buffer->unit, size = disks[unit].block_size, block = buffer->block, wave = buffer->dirty;

	if (!wave || buffer->cluster) {			/* somebody was faster while take() slept */
		cluster->used = false;
		return;
	}
	cluster->wave = wave;
	while (block && buffer->block - block < cluster_limit(unit) - 1 && can_join(buffer_find(unit, block - 1), wave))
		block--;
	for (; cluster->count < cluster_limit(unit); block++) {
		buffer = buffer_find(unit, block);
		if (!can_join(buffer, wave))
			break;
		memcpy(cluster->data + cluster->count * size, buffer->data, size);
		buffer->dirty = 0;
		add(cluster, buffer);
	}
	submit(cluster, CO_BLOCK_WRITE);
}

void cluster_wait(struct buffer *buffer)
{
	while (buffer->cluster) {
		struct cluster *cluster = buffer->cluster;

		if (cluster->transfer.pending)
			sleep_surely(&cluster->transfer, "disk");
		else
			finish(cluster);
	}
}
