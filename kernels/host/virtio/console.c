// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * Virtio consoles with several ports (VIRTIO 1.2, 5.3). A port is a line of bytes that a process opens as `port0`
 * and so on, one process at a time. At the start the device tells which ports there are: it answers in the control
 * queue before it gives the question back, so what has come by then is all. A console without the feature is one
 * port.
 *
 * A port has one buffer in each direction. What has come stays in the buffer until somebody reads it, and so long
 * the device keeps the rest; a writer sleeps until the device has taken its bytes.
 */
#include "process/process.h"
#include "syscalls.h"
#include "virtio.h"

#define FEATURE_MULTIPORT	(1u << 1)
#define CONFIG_MAX_PORTS	4
#define MAX_PORTS		32		/* of one device */
#define CONTROL_RECEIVE		2
#define CONTROL_TRANSMIT	3
#define BUFFER_SIZE		0x800
#define CONTROL_BUFFERS		64

enum control_event { DEVICE_READY = 0, PORT_ADD = 1, PORT_READY = 3, PORT_OPEN = 6 };

struct control {
	uint32_t port;
	uint16_t event, value;
	uint8_t name[56];			/* of events that nobody here needs */
};

#define CONTROL_SIZE		8		/* without the name */

struct virtio_console {
	struct virtio_device device;
	struct virtqueue control_in, control_out;
	struct control control[CONTROL_BUFFERS], command;
	uint32_t ports_there;			/* bit n: port n */
};

struct port {
	struct virtio_console *console;
	unsigned number;			/* in the console */
	struct virtqueue in, out;
	uint8_t *in_buffer, *out_buffer;
	uint32_t in_size, in_read;		/* bytes in the buffer, and how many of them have been read */
	bool writing, open;
};

static struct port ports[PORT_MAX];
static unsigned count;

unsigned port_count(void)
{
	return count;
}

struct port *port_numbered(unsigned number)
{
	return number < count ? &ports[number] : NULL;
}

/* --- The control queues -------------------------------------------------------------------------------- */

static void add_control(struct virtio_console *console, struct control *message)
{
	const struct virtio_part part = { physical_address(message), sizeof(*message), true };

	virtqueue_add(&console->control_in, &part, 1, message);
}

static void take_control(struct virtio_console *console)
{
	struct control *message;
	uint32_t written;
	bool any = false;

	while ((message = virtqueue_take(&console->control_in, &written))) {
		if (written >= CONTROL_SIZE && message->event == PORT_ADD && message->port < MAX_PORTS)
			console->ports_there |= 1u << message->port;
		add_control(console, message);
		any = true;
	}
	if (any)
		virtqueue_kick(&console->control_in);
}

/* False if the device does not take it. */
static bool tell(struct virtio_console *console, uint32_t port, enum control_event event, uint16_t value)
{
	const struct virtio_part part = { physical_address(&console->command), CONTROL_SIZE, false };
	uint32_t flags = interrupts_save();
	uint32_t written;
	bool taken;

	console->command = (struct control){ .port = port, .event = (uint16_t)event, .value = value };
	taken = virtqueue_add(&console->control_out, &part, 1, console);
	if (taken) {
		virtqueue_kick(&console->control_out);
		taken = virtqueue_wait(&console->control_out, &written) != NULL;
	}
	take_control(console);
	interrupts_restore(flags);
	return taken;
}

/* --- Bytes ----------------------------------------------------------------------------------------------- */

static void receive_more(struct port *port)
{
	const struct virtio_part part = { physical_address(port->in_buffer), BUFFER_SIZE, true };

	port->in_size = port->in_read = 0;
	if (virtqueue_add(&port->in, &part, 1, port))
		virtqueue_kick(&port->in);
}

static void used(struct virtio_device *device)
{
	struct virtio_console *console = (struct virtio_console *)device;	/* its first member */
	uint32_t written;

	if (device->features & FEATURE_MULTIPORT)
		take_control(console);
	for (struct port *port = ports; port < ports + count; port++) {
		if (port->console != console)
			continue;
		if (virtqueue_take(&port->in, &written))
			port->in_size = written < BUFFER_SIZE ? written : BUFFER_SIZE;
		if (virtqueue_take(&port->out, &written))
			port->writing = false;
		process_wake(port);
	}
	files_changed();
}

static int32_t port_open(struct file *file, unsigned number)
{
	struct port *port = port_numbered(number);

	if (!port)
		return -ERROR_NO_ENTRY;
	if (port->open)
		return -ERROR_BUSY;
	port->open = true;
	file->data = port;
	if (port->console->device.features & FEATURE_MULTIPORT)
		tell(port->console, port->number, PORT_OPEN, 1);
	return 0;
}

static void port_close(struct file *file)
{
	struct port *port = file->data;

	if (port->console->device.features & FEATURE_MULTIPORT)
		tell(port->console, port->number, PORT_OPEN, 0);
	port->open = false;
}

static bool port_readable(const struct file *file)
{
	const struct port *port = file->data;

	return port->in_size != 0;
}

/* What is there, at least one byte; sleeps for it. */
static int32_t port_read(struct file *file, char *bytes, uint32_t size)
{
	struct port *port = file->data;
	uint32_t flags = interrupts_save();

	while (!port->in_size)
		process_sleep(port, 0);
	if (size > port->in_size - port->in_read)
		size = port->in_size - port->in_read;
	memcpy(bytes, port->in_buffer + port->in_read, size);
	port->in_read += size;
	if (port->in_read == port->in_size)
		receive_more(port);
	interrupts_restore(flags);
	return (int32_t)size;
}

static int32_t port_write(struct file *file, const char *bytes, uint32_t size)
{
	struct port *port = file->data;
	uint32_t flags = interrupts_save();

	for (uint32_t done = 0; done < size;) {
		uint32_t part_size = size - done < BUFFER_SIZE ? size - done : BUFFER_SIZE;
		const struct virtio_part part = { physical_address(port->out_buffer), part_size, false };

		memcpy(port->out_buffer, bytes + done, part_size);
		port->writing = virtqueue_add(&port->out, &part, 1, port);
		if (!port->writing)
			break;			/* the device is broken: nobody is at the other end */
		virtqueue_kick(&port->out);
		while (port->writing && !port->out.broken)
			process_sleep(port, 0);
		done += part_size;
	}
	interrupts_restore(flags);
	return (int32_t)size;
}

const struct device port_device = {
	.name = "port", .numbered = true, .open = port_open, .read = port_read, .write = port_write,
	.close = port_close, .readable = port_readable,
};

/* --- The beginning --------------------------------------------------------------------------------------- */

/* Queues come in pairs: port 0, control, then the other ports. */
static unsigned queue_of(unsigned port)
{
	return port ? 2 * port + 2 : 0;
}

static const char *start_ports(struct virtio_console *console, unsigned ports_max)
{
	uint32_t buffers = frames_allocate(ports_max * 2 * BUFFER_SIZE / PAGE_SIZE);
	const char *problem = buffers ? NULL : "there is no memory for its buffers";

	if (count + ports_max > PORT_MAX)
		return "there are too many ports (limit them by max_ports)";
	for (unsigned n = 0; !problem && n < ports_max; n++) {
		struct port *port = &ports[count + n];

		*port = (struct port){ .console = console, .number = n };
		port->in_buffer = (uint8_t *)virtual_address(buffers) + n * 2 * BUFFER_SIZE;
		port->out_buffer = port->in_buffer + BUFFER_SIZE;
		problem = virtqueue_start(&port->in, &console->device, queue_of(n));
		if (!problem)
			problem = virtqueue_start(&port->out, &console->device, queue_of(n) + 1);
	}
	return problem;
}

static const char *start_control(struct virtio_console *console)
{
	const char *problem = virtqueue_start(&console->control_in, &console->device, CONTROL_RECEIVE);

	if (!problem)
		problem = virtqueue_start(&console->control_out, &console->device, CONTROL_TRANSMIT);
	for (unsigned i = 0; !problem && i < CONTROL_BUFFERS; i++)
		add_control(console, &console->control[i]);
	return problem;
}

/* Those that are there move together and get their numbers. */
static void keep_ports(struct virtio_console *console, unsigned ports_max)
{
	struct port *candidates = &ports[count];

	for (unsigned n = 0; n < ports_max; n++) {
		if (!(console->ports_there & 1u << n))
			continue;
		ports[count] = candidates[n];
		receive_more(&ports[count]);
		if (console->device.features & FEATURE_MULTIPORT)
			tell(console, n, PORT_READY, 1);
		host_log("port%u: a serial line", count++);
	}
}

static const char *start(struct virtio_console *console, unsigned function)
{
	const char *problem = virtio_begin(&console->device, function, FEATURE_MULTIPORT);
	bool multiport = console->device.features & FEATURE_MULTIPORT;
	unsigned ports_max = 1;

	if (problem)
		return problem;
	if (multiport)
		ports_max = virtio_config32(&console->device, CONFIG_MAX_PORTS);
	if (ports_max < 1 || ports_max > MAX_PORTS)
		return "it has no ports, or too many";
	problem = start_ports(console, ports_max);
	if (!problem && multiport)
		problem = start_control(console);
	if (problem)
		return problem;
	console->device.used = used;
	virtio_ready(&console->device);
	console->ports_there = !multiport;
	if (multiport && !tell(console, ~0u, DEVICE_READY, 1)) {
		virtio_reset(&console->device);
		return "it does not answer";
	}
	keep_ports(console, ports_max);
	return NULL;
}

void console_probe(unsigned function)
{
	uint32_t frames = frames_allocate((sizeof(struct virtio_console) + PAGE_SIZE - 1) / PAGE_SIZE);
	const char *problem = frames ? start(virtual_address(frames), function) : "there is no memory for it";

	if (problem)
		host_log("a console (PCI function 0x%x) is not used: %s", function, problem);
}
