import { describe, expect, it } from 'vitest';
import { english } from '../translate.ts';
import { checkAttachOptions, checkOptions } from './options.ts';

const check = (options: Record<string, unknown>) => checkOptions(options, english);

describe('the check of launch options', () => {
  it('accepts a complete configuration and options of other extensions', () => {
    const options = {
      kernel: '/a/kernel.elf',
      cmdline: '',
      memory: 16,
      config: 'guest.conf',
      stopOnEntry: false,
      host: 'host.elf',
      modules: ['initrd.img quiet'],
      lists: ['ready,list(struct task, node)'],
      guests: ['second.colinux'],
      devices: { disks: ['d.img,cow'], networks: ['slirp'], shares: ['src=.'], rng: 1 },
      preLaunchTask: 'make',
    };
    expect(check(options)).toBeUndefined();
  });

  it.each([
    [{ kernel: 1 }, '"kernel": expected the path of a file, found 1'],
    [{ kernel: '  ' }, '"kernel": expected the path of a file, found "  "'],
    [{ cmdline: ['a'] }, '"cmdline": expected a string, found ["a"]'],
    [{ memory: '64' }, '"memory": expected a whole number of MiB from 16 to 1024, found "64"'],
    [{ memory: 8 }, 'found 8'],
    [{ memory: 2048 }, 'found 2048'],
    [{ memory: 16.5 }, 'found 16.5'],
    [{ memory: Number.NaN }, 'found null'],
    [{ config: null }, '"config": expected the path of a file, found null'],
    [{ stopOnEntry: 'yes' }, '"stopOnEntry": expected true or false, found "yes"'],
    [{ host: {} }, '"host": expected the path of a file, found {}'],
    [{ modules: 'a' }, '"modules": expected an array of strings, each "FILE ARGUMENTS", found "a"'],
    [{ modules: ['a', 1] }, 'found ["a",1]'],
    [{ lists: 'a' }, '"lists": expected an array of strings, each "NAME,list(TYPE, MEMBER)"'],
    [{ guests: 'a' }, '"guests": expected an array of paths, found "a"'],
    [{ devices: ['a'] }, '"devices": expected an object with disks, networks and shares'],
    [{ devices: { disk: ['a'] } }, 'found {"disk":["a"]}'],
    [{ devices: { disks: [1] } }, 'found {"disks":[1]}'],
    [{ devices: { rng: '1' } }, 'found {"rng":"1"}'],
  ])('says what is wrong with %j', (options, sentence) => {
    expect(check(options)).toContain(sentence);
  });

  it('shortens what was found', () => {
    expect(check({ memory: 'x'.repeat(500) })!.length).toBeLessThan(200);
  });
});

describe('the check of what is needed to attach', () => {
  it.each([
    [{ port: 4711 }, undefined],
    [{ port: 4711, host: 'lab', kernel: 1 }, undefined],
    [{}, 'Which machine? Set "port"'],
    [{ port: 0 }, '"port": expected a TCP port from 1 to 65535, found 0'],
    [{ port: '4711' }, 'found "4711"'],
    [{ port: 4711, host: '' }, '"host": expected the name or address of a computer, found ""'],
  ])('%j', (options, sentence) => {
    const found = checkAttachOptions(options, english);
    if (sentence === undefined) expect(found).toBeUndefined();
    else expect(found).toContain(sentence);
  });
});
