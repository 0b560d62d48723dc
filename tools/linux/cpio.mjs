// Writes cpio archives in the "newc" format, of which Linux unpacks its initramfs (Documentation/driver-api/early-userspace/buffer-format.rst).

const FILE = 0o100000;
const FOLDER = 0o040000;
const LINK = 0o120000;
const DEVICE = 0o020000;

const pad4 = (size) => Buffer.alloc(-size & 3);

function entry(inode, name, mode, data = Buffer.alloc(0), device = [0, 0]) {
  const fields = [inode, mode, 0, 0, 1, 0, data.length, 0, 0, ...device, name.length + 1, 0];
  const head = Buffer.from(
    `070701${fields.map((field) => field.toString(16).padStart(8, '0')).join('')}${name}\0`,
    'latin1',
  );
  return Buffer.concat([head, pad4(head.length), data, pad4(data.length)]);
}

/**
 * @param {{ name: string, folder?: true, link?: string, device?: [major: number, minor: number], data?: Uint8Array, mode?: number }[]} files
 *   folders before what is in them
 */
export function cpio(files) {
  const entries = files.map(({ name, folder, link, device, data, mode = 0o755 }, n) => {
    if (folder) return entry(n + 1, name, FOLDER | mode);
    if (link !== undefined) return entry(n + 1, name, LINK | 0o777, Buffer.from(link));
    if (device) return entry(n + 1, name, DEVICE | mode, undefined, device);
    return entry(n + 1, name, FILE | mode, Buffer.from(data));
  });
  return Buffer.concat([...entries, entry(0, 'TRAILER!!!', 0)]);
}
