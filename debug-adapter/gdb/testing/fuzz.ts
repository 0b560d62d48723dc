/**
 * Hostile clients: packets of the right shape with wrong contents, damaged packets, plain noise. The stub answers in packets, and
 * behind all of it another client debugs as if nothing had been.
 */
import { framed, fromHex, PACKET_SIZE } from '../packets.ts';
import { attach, connect, FakeMachine } from './fake-machine.ts';

/** A whole number from 0 to `below` - 1. */
type Random = (below: number) => number;

const MESSAGES = 60;
const SHAPES = [
  ...['?', '!', 'g', 'G#', 'p#', 'P#=#', 'm#,#', 'M#,#:#', 'X#,#:*', 'Z@,#,#', 'z@,#,#', 'Z@,#,#;X#,#'],
  ...['H*#', 'Hgp#.#', 'Hg-1', 'T#', 'Tp#.#', 'D', 'D;#', 'R00', 'k', 'c', 's', 'c#', 'bs', 'bc'],
  ...[
    'vCont?',
    'vCont;c',
    'vCont;s:p#.#;c',
    'vCont;r#,#:#',
    'vCont;t',
    'vAttach;#',
    'vKill;#',
    'vRun;#',
    'v*',
  ],
  ...[
    'qC',
    'qSupported:*',
    'qSupported:multiprocess+;swbreak+',
    'qfThreadInfo',
    'qsThreadInfo',
    'qAttached:#',
  ],
  ...['qThreadExtraInfo,p#.#', 'qRcmd,#', 'qXfer:features:read:target.xml:#,#', 'qXfer:threads:read::#,#'],
  ...['qXfer:memory-map:read::#,#', 'qXfer:*:read:*:#,#', 'QStartNoAckMode', 'Q*', '*'],
];
const NUMBERS = ['', '0', '1', '2', '-1', '8', 'ffffffff', '100000000', 'c0100000', 'c0100fff', 'zz', '1,2'];
/** Among them, in hexadecimal: help, walk 0x0, reset. */
const LINES = ['68656c70', '77616c6b20307830', '7265736574', 'ff00', '7'];

const noise = (random: Random): string =>
  Array.from({ length: random(20) }, () => String.fromCharCode(random(256))).join('');

const fill = (shape: string, random: Random): string =>
  shape
    .replace(/#/g, () => (random(4) === 0 ? LINES[random(LINES.length)]! : NUMBERS[random(NUMBERS.length)]!))
    .replace(/@/g, () => String(random(10)))
    .replace(/\*/g, () => noise(random));

/** What goes over the wire. */
function message(random: Random): string {
  const packet = framed(fill(SHAPES[random(SHAPES.length)]!, random));
  switch (random(12)) {
    case 0:
      return noise(random);
    case 1:
      return packet.slice(0, random(packet.length));
    case 2: {
      const at = random(packet.length);
      return packet.slice(0, at) + String.fromCharCode(random(256)) + packet.slice(at + 1);
    }
    case 3:
      return '\x03';
    case 4:
      return framed('m'.repeat(PACKET_SIZE + random(3)));
    default:
      return packet;
  }
}

/** Packets with their sums, acknowledgements, and nothing else. @throws Error */
function checkOutput(output: string): void {
  const rest = output.replace(/\$([^#]*)#([0-9a-f]{2})/g, (packet, payload: string) => {
    if (framed(payload) !== packet) throw new Error(`An answer has a wrong checksum: ${packet}`);
    if (payload.startsWith('O') && payload !== 'OK' && !fromHex(payload.slice(1)))
      throw new Error(`Text for the console is not hexadecimal: ${packet}`);
    return '';
  });
  if (!/^[+-]*$/.test(rest)) throw new Error(`The stub says what is no packet: ${JSON.stringify(rest)}`);
}

/** @throws Error when the stub misbehaves */
async function round(random: Random): Promise<void> {
  const machine = new FakeMachine();
  let client = connect(machine.server)!;
  for (let n = 0; n < MESSAGES; n++) {
    client.send(message(random));
    if (random(6) === 0 && machine.running)
      machine.stop({ reason: 'breakpoint', breakpoints: [random(4)], coroutine: random(2) });
    if (random(4) === 0) checkOutput(await client.take());
    if (random(20) === 0) client.drop();
    client = connect(machine.server) ?? client;
  }
  client.drop();
  const after = await attach(machine.server);
  const [stop, all] = [await after.ask('?'), await after.ask('g')];
  if (!/^\$T\w\wthread:p\d\.\d;/.test(stop)) throw new Error(`The next client is told of no stop: ${stop}`);
  if (!/^\$[0-9a-fx]{616}#/.test(all)) throw new Error(`The next client has no registers: ${all}`);
  after.drop();
}

export const fuzzTargets = (): Promise<{ name: string; round: typeof round }[]> =>
  Promise.resolve([{ name: 'gdb packets', round }]);
