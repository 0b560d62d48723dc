// The Linux side of test/net/linux-tcp.test.ts: runs inside a network namespace whose only interface is a TAP, so that
// whatever it does is done by Linux's own TCP/IP. Prints one line of JSON.
import { createHash } from 'node:crypto';
import { createSocket } from 'node:dgram';
import { Resolver } from 'node:dns/promises';
import { readFileSync } from 'node:fs';
import { connect, createServer } from 'node:net';

const say = (value) => process.stdout.write(`${JSON.stringify(value)}\n`);

const commands = {
  /** Sends a file, finishes, and hashes what comes until the other side finishes. */
  transfer(host, port, file) {
    const socket = connect({ host, port: Number(port), allowHalfOpen: true });
    const hash = createHash('sha256');
    let count = 0;
    socket.on('data', (bytes) => {
      hash.update(bytes);
      count += bytes.length;
    });
    socket.on('end', () => say({ count, hash: hash.digest('hex') }));
    socket.on('error', (error) => say({ error: error.code }));
    socket.end(readFileSync(file));
  },

  /** Takes one connection and sends everything back. */
  serve(port) {
    const server = createServer({ allowHalfOpen: true }, (socket) => {
      socket.pipe(socket);
      server.close();
    });
    server.listen(Number(port), () => say({ listening: true }));
  },

  /** Sends a file as one datagram and waits for the answer. */
  udp(host, port, file) {
    const socket = createSocket('udp4');
    const data = readFileSync(file);
    socket.on('message', (bytes, from) => {
      say({ same: data.equals(bytes), from: `${from.address}:${from.port}` });
      socket.close();
    });
    socket.send(data, Number(port), host);
  },

  /** Looks a name up by the resolver of c-ares. */
  async dns(server, type, name) {
    const resolver = new Resolver({ timeout: 3000, tries: 2 });
    resolver.setServers([server]);
    try {
      say({ answer: type === 'PTR' ? await resolver.reverse(name) : await resolver.resolve(name, type) });
    } catch (error) {
      say({ error: error.code });
    }
  },
};

const [command, ...words] = process.argv.slice(2);
await commands[command](...words);
