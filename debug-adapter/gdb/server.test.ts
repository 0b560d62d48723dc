/** The stub, packet by packet, on a machine of plain data. */
import { beforeEach, describe, expect, it } from 'vitest';
import { framed, textToHex } from './packets.ts';
import { REGISTERS } from './registers.ts';
import { attach, connect, type FakeClient, FakeMachine, GUEST, MEMORY } from './testing/fake-machine.ts';

let machine: FakeMachine;
let client: FakeClient;
/** The payloads of what comes back. */
const ask = async (payload: string) =>
  [...(await client.ask(payload)).matchAll(/\$([^#]*)#../gs)].map(([, text]) => text!);
const numberOf = (name: string) => REGISTERS.findIndex((one) => one.name === name).toString(16);

beforeEach(async () => {
  machine = new FakeMachine();
  client = await attach(machine.server);
});

describe('a connection', () => {
  it('acknowledges packets until it is asked not to', async () => {
    client.drop();
    client = connect(machine.server)!;
    expect(await client.ask('qC')).toMatch(/^\+\$/);
    expect(await client.ask('QStartNoAckMode')).toBe(`+${framed('OK')}`);
    expect(await client.ask('qC')).toMatch(/^\$/);
  });

  it('asks again for a damaged packet, and sends again what it is asked for', async () => {
    client.drop();
    client = connect(machine.server)!;
    client.send('$qC#00');
    expect(await client.take()).toBe('-');
    const answer = await client.ask('qC');
    client.send('-');
    expect(`+${await client.take()}`).toBe(answer);
  });

  it('that understands nothing is given up', async () => {
    client.drop();
    client = connect(machine.server)!;
    const answer = await client.ask('qC');
    client.send('-'.repeat(1000));
    expect((await client.take()).length).toBeLessThan(20 * answer.length);
    expect(client.closed()).toBe(true);
    expect(connect(machine.server)).toBeDefined();
  });

  it('is the only one', () => {
    expect(connect(machine.server)).toBeUndefined();
    client.drop();
    expect(connect(machine.server)).toBeDefined();
  });

  it('that goes without a word leaves a machine that stands still, without breakpoints', async () => {
    await ask('Z0,c0100010,1');
    await ask('vCont;c');
    expect(machine.running).toBe(true);
    client.drop();
    await client.take();
    expect(machine.running).toBe(false);
    expect(machine.breakpoints).toEqual([]);
    client = await attach(machine.server);
    expect(await ask('?')).toEqual(['T02thread:p1.1;']);
  });

  it('that detaches from all processes lets the machine run', async () => {
    await ask('Z0,c0100010,1');
    expect(await ask('D;1')).toEqual(['OK']);
    expect(machine.running).toBe(false);
    expect(machine.breakpoints).toEqual([]);
    expect(await ask('D;2')).toEqual(['OK']);
    expect(machine.running).toBe(true);
    expect(client.closed()).toBe(true);
  });

  it('to a process that was left is made again', async () => {
    await ask('D;2');
    expect((await ask('qfThreadInfo'))[0]).toBe('mp1.1');
    expect(await ask('vAttach;2')).toEqual(['T05thread:p2.2;']);
    expect((await ask('qfThreadInfo'))[0]).toBe('mp1.1,p2.2');
  });

  it('kills the machine', async () => {
    await ask('k');
    expect(machine.killed).toBe(true);
  });
});

describe('registers', () => {
  it('of the coroutine that owns the CPU', async () => {
    const [all = ''] = await ask('g');
    expect(all).toHaveLength(2 * 308);
    expect(all.slice(0, 8)).toBe('44332211');
    // Behind the sixteen of 32 bits: ST0, which is R7 when TOP is 7.
    expect(all.slice(2 * 64, 2 * 74)).toBe('0000000000000080ff3f');
    expect(await ask(`p${numberOf('ftag')}`)).toEqual(['ff3f0000']);
    expect(await ask(`p${numberOf('xmm1')}`)).toEqual(['101112131415161718191a1b1c1d1e1f']);
    expect(await ask(`p${numberOf('cr0')}`)).toEqual(['11000080']);
  });

  it('of a coroutine that is away, from what its switch has saved', async () => {
    await ask('Hgp2.2');
    expect(await ask(`p${numberOf('eip')}`)).toEqual(['230110c0']);
    expect(await ask(`p${numberOf('esp')}`)).toEqual(['180810c0']);
    expect(await ask(`p${numberOf('cr3')}`)).toEqual(['00402301']);
    expect(await ask(`p${numberOf('eax')}`)).toEqual(['xxxxxxxx']);
    expect(await ask(`P${numberOf('eip')}=78563412`)).toEqual(['OK']);
    expect(await ask(`p${numberOf('eip')}`)).toEqual(['78563412']);
    expect((await ask(`P${numberOf('cr3')}=00000000`))[0]).toMatch(/^E\..*away/);
  });

  it('are written one by one and all at once', async () => {
    expect(await ask('P0=78563412')).toEqual(['OK']);
    expect(machine.registers.get('eax')).toBe(0x1234_5678);
    const [all = ''] = await ask('g');
    expect(await ask(`G01000000${all.slice(8)}`)).toEqual(['OK']);
    expect(machine.registers.get('eax')).toBe(1);
  });

  it('that the processor or the stub refuses are errors with a sentence', async () => {
    expect(await ask(`P${numberOf('cr0')}=00000080`)).toEqual(['E.PG needs PE.']);
    expect(await ask(`P${numberOf('gdtr_limit')}=00000000`)).toEqual(['E.gdtr_limit cannot be written.']);
    expect((await ask('P0=12'))[0]).toMatch(/^E\./);
    expect((await ask('pfff'))[0]).toMatch(/^E\./);
  });

  it('have a description that numbers them as the packets do', async () => {
    let text = '';
    for (let piece = 'm'; piece.startsWith('m'); text += piece.slice(1))
      [piece = 'l'] = await ask(`qXfer:features:read:target.xml:${text.length.toString(16)},200`);
    const names = [...text.matchAll(/<reg name="(\w+)" bitsize="(\d+)"/g)].map(([, name, bits]) => [
      name,
      Number(bits) / 8,
    ]);
    expect(names).toEqual(REGISTERS.map(({ name, bytes }) => [name, bytes]));
  });
});

describe('memory', () => {
  it('is that of the selected process', async () => {
    expect(await ask('mc0100000,2')).toEqual(['1010']);
    await ask('Hgp2.2');
    expect(await ask('mc0100000,2')).toEqual(['1111']);
    expect(await ask('Mc0100000,2:abcd')).toEqual(['OK']);
    expect(machine.bytes(1, MEMORY, 3)).toEqual([0xab, 0xcd, 0x11]);
    expect(machine.bytes(0, MEMORY, 1)).toEqual([0x10]);
  });

  it('is written in binary', async () => {
    expect(await ask('Xc0100000,0:')).toEqual(['OK']);
    expect(await ask('Xc0100000,3:}\x03*}\x04')).toEqual(['OK']);
    expect(machine.bytes(0, MEMORY, 3)).toEqual([0x23, 0x2a, 0x24]);
  });

  it('ends where nothing is mapped', async () => {
    expect(await ask('mc0100ffe,10')).toEqual(['1010']);
    expect(await ask('m0,4')).toEqual(['E14']);
    expect(await ask('M0,1:00')).toEqual(['E14']);
  });

  it.each(['m', 'm0', 'mx,1', 'm0,100000000', 'M0,2:00', 'M0,1', 'X0,5:abc'])(
    'a malformed request is an error: %s',
    async (packet) => {
      expect((await ask(packet))[0]).toMatch(/^E/);
    },
  );
});

describe('breakpoints', () => {
  it('belong to the selected process, and nothing is written to memory', async () => {
    await ask('Hgp2.2');
    expect(await ask('Z0,c0100010,1')).toEqual(['OK']);
    expect(await ask('Z1,c0100020,1')).toEqual(['OK']);
    expect(machine.breakpoints).toMatchObject([
      { address: 0xc010_0010, coroutine: 1 },
      { address: 0xc010_0020, coroutine: 1 },
    ]);
    expect(machine.bytes(1, MEMORY + 0x10, 1)).toEqual([0x11]);
    await ask('z0,c0100010,1');
    expect(machine.breakpoints).toHaveLength(1);
  });

  it('of a client that knows one process stop in any', async () => {
    client.drop();
    client = connect(machine.server)!;
    await client.ask('Z0,c0100010,1');
    expect(machine.breakpoints).toMatchObject([{ coroutine: -1 }]);
  });

  it('are told by the name of their kind', async () => {
    await ask('Z0,c0100010,1');
    await ask('Z1,c0100020,1');
    const [soft, hard] = machine.breakpoints;
    await ask('vCont;c');
    machine.stop({ reason: 'breakpoint', breakpoints: [soft!.id] });
    expect(await client.take()).toBe(framed('T05thread:p1.1;swbreak:;'));
    await ask('vCont;c');
    machine.stop({ reason: 'breakpoint', breakpoints: [hard!.id], coroutine: 1 });
    expect(await client.take()).toBe(framed('T05thread:p2.2;hwbreak:;'));
  });

  it.each([
    ['2', 'write', 'watch'],
    ['3', 'read', 'rwatch'],
    ['4', 'readWrite', 'awatch'],
  ])('Z%s watches for %s', async (kind, access, word) => {
    expect(await ask(`Z${kind},c0100100,4`)).toEqual(['OK']);
    expect(machine.watchpoints).toMatchObject([{ access, address: 0xc010_0100, length: 4 }]);
    await ask('vCont;c');
    const hit = {
      id: machine.watchpoints[0]!.id,
      write: true,
      before: Uint8Array.of(),
      after: Uint8Array.of(),
    };
    machine.stop({ reason: 'event', watchpoints: [hit] });
    expect(await client.take()).toBe(framed(`T05thread:p1.1;${word}:c0100100;`));
  });

  it('that cannot be set are errors, and forgotten', async () => {
    expect((await ask('Z2,0,4'))[0]).toMatch(/^E\..*not in RAM/);
    expect(machine.watchpoints).toEqual([]);
    expect((await ask('Z2,c0100000,0'))[0]).toMatch(/^E\./);
    expect((await ask('Z0,zz,1'))[0]).toMatch(/^E\./);
    expect(await ask('Z9,0,1')).toEqual(['']);
  });
});

describe('running', () => {
  it('is a step of the coroutine that owns the CPU', async () => {
    await ask('vCont;s:p1.1;c:p1.-1');
    machine.stop({});
    await ask('vCont;rc0100010,c0100020:p1.1;c');
    machine.stop({});
    expect(machine.motions).toEqual([
      { kind: 'instruction', over: false },
      { kind: 'range', ranges: [[0xc010_0010, 0xc010_0020]], over: false },
    ]);
  });

  it('is the return of one that is away', async () => {
    await ask('vCont;s:p2.2');
    expect(machine.motions).toEqual([{ kind: 'until', address: GUEST.eip, stack: GUEST.esp, coroutine: 1 }]);
  });

  it('ends with an interrupt', async () => {
    expect(await ask('vCont;c')).toEqual([]);
    client.send('\x03');
    expect(await client.take()).toBe(framed('T02thread:p1.1;'));
  });

  it('ends with an interrupt that comes at the same time', async () => {
    client.send(`${framed('vCont;c')}\x03`);
    expect(await client.take()).toBe(framed('T02thread:p1.1;'));
  });

  it('ends once, however often it is interrupted', async () => {
    await ask('vCont;c');
    client.send('\x03'.repeat(1000));
    expect(await client.take()).toBe(framed('T02thread:p1.1;'));
    expect(machine.pauses).toBe(1);
  });

  it('selects the coroutine that stops', async () => {
    await ask('Hgp1.1');
    await ask('vCont;c');
    machine.stop({ coroutine: 1 });
    await client.take();
    expect(await ask('mc0100000,1')).toEqual(['11']);
  });

  it('allows no changes meanwhile', async () => {
    await ask('vCont;c');
    for (const packet of ['g', 'P0=00000000', 'vCont;c'])
      expect(await ask(packet)).toEqual(['E.The machine is running.']);
  });

  it.each(['vCont;', 'vCont;x', 'vCont;s:zz', 'vCont;r5,5', 'vCont;r1:1'])(
    'a malformed request is an error: %s',
    async (packet) => {
      expect((await ask(packet))[0]).toMatch(/^E/);
      expect(machine.running).toBe(false);
    },
  );

  it('cannot go backward, and does not say so', async () => {
    expect(await ask('bs')).toEqual(['']);
    expect((await ask('qSupported'))[0]).not.toContain('Reverse');
  });
});

describe('the end', () => {
  it('of the machine is its exit status, told of one process after the other', async () => {
    await ask('vCont;c');
    machine.stop({ reason: 'exit', exitStatus: 33 });
    expect(await client.take()).toBe(framed('W21;process:1'));
    expect(await ask('qfThreadInfo')).toEqual(['mp2.2']);
    expect(await ask('vCont;c')).toEqual(['W21;process:2']);
    expect(machine.motions).toHaveLength(1);
  });

  it('by a triple fault is a signal, with the causes in words', async () => {
    await ask('vCont;c');
    machine.stop({ reason: 'shutdown', causes: [{ vector: 14, errorCode: 2, cr2: 0x1234 }] });
    const output = await client.take();
    expect(output).toMatch(/\$O[0-9a-f]+#..\$T0bthread:p1\.1;#..$/);
    expect(output).toContain(textToHex('#PF page fault at 00001234'));
  });

  it('is not for ever: the machine boots again and keeps the breakpoints', async () => {
    await ask('Z0,c0100010,1');
    await ask(`qRcmd,${textToHex('reset')}`);
    expect(machine.boots).toBe(2);
    expect(machine.breakpoints).toMatchObject([{ address: 0xc010_0010 }]);
    expect(await ask('vRun;')).toEqual(['T05thread:p1.1;']);
    expect(machine.boots).toBe(3);
  });
});

describe('threads', () => {
  it('are host and guests, with names', async () => {
    const [text] = await ask('qXfer:threads:read::0,1000');
    expect(text).toContain('<thread id="p1.1" name="host kernel">owns the CPU, ring 0</thread>');
    expect(text).toContain('<thread id="p2.2" name="guest 0 (hello.elf)">away, after GET_TIME</thread>');
    expect(await ask('Tp2.2')).toEqual(['OK']);
    expect((await ask('Tp3.3'))[0]).toMatch(/^E/);
    expect((await ask('Hgp1.2'))[0]).toMatch(/^E/);
  });

  it('are of one process for a client that knows no more', async () => {
    client.drop();
    client = connect(machine.server)!;
    expect(await ask('qfThreadInfo')).toEqual(['m1,2']);
    expect(await ask('?')).toEqual(['T05thread:1;']);
  });
});

describe('monitor', () => {
  const run = async (line: string) =>
    (await ask(`qRcmd,${textToHex(line)}`)).map((payload) =>
      payload.startsWith('O') && payload !== 'OK' ? Buffer.from(payload.slice(1), 'hex').toString() : payload,
    );

  it('lists its commands, and answers one that it has not', async () => {
    expect((await run('help'))[0]).toContain('walk [host:|guestN:]ADDR');
    expect((await run('nonsense'))[0]).toContain('There is no monitor command "nonsense".');
    expect((await run('constructor'))[0]).toContain('There is no monitor command');
    expect(await run('switches')).toEqual(['Nothing of the kind has happened yet.\n', 'OK']);
  });

  it('reads and writes model-specific registers', async () => {
    expect(await run('msr 0x174')).toEqual(['0x00000000_00000008\n', 'OK']);
    expect(await run('msr 0x174 0x100000010')).toEqual(['0x00000001_00000010\n', 'OK']);
    expect((await run('msr 0x175'))[0]).toContain('has no model-specific register');
    expect((await run('msr 0x174 1e9'))[0]).toContain('expects a value of 64 bits');
    expect((await run('msr'))[0]).toContain('expects the number of a register');
  });

  it('says what the machine refuses', async () => {
    expect(await run('walk 0x1000')).toEqual(['walk: The fake machine has no request "pageWalk".\n', 'OK']);
    expect((await run('walk guest7:0x1000'))[0]).toBe('walk: there is no guest7 kernel here.\n');
    expect((await run('walk nowhere'))[0]).toContain('expects an address');
  });
});
