import { describe, expect, it } from 'vitest';
import { BootedImages } from './booted-images.ts';

const module = (reason: string, id: string, path?: string) => ({
  type: 'event',
  event: 'module',
  body: { reason, module: { id, path } },
});

describe('the images of a machine', () => {
  it('are those of its modules that are files', () => {
    const images = new BootedImages();
    images.hear(module('new', 'host'));
    images.hear(module('new', 'guest0', '/a/k.elf'));
    images.hear(module('new', 'guest1', '/a/k.elf'));
    images.hear(module('new', 'guest2', '/b.elf'));
    images.hear(module('removed', 'guest2', '/b.elf'));
    expect(images.files).toEqual(['/a/k.elf']);
  });

  it('are new when they were written after the last launch or restart', () => {
    const images = new BootedImages();
    images.booted(new Map([['/k', 1]]));
    expect(images.isNew('/k', 1)).toBe(false);
    expect(images.isNew('/k', 2)).toBe(true);
    expect(images.isNew('/other', 2)).toBe(false);
    images.booted(new Map([['/k', 2]]));
    expect(images.isNew('/k', 2)).toBe(false);
  });

  it('are offered once each time they are written', () => {
    const images = new BootedImages();
    images.booted(new Map([['/k', 1]]));
    expect([images.offer('/k', 2), images.offer('/k', 2), images.offer('/k', 3)]).toEqual([
      true,
      false,
      true,
    ]);
  });

  it('boot by a launch or a restart that has succeeded', () => {
    const images = new BootedImages();
    const answer = (command: string, success: boolean) => images.hear({ type: 'response', command, success });
    expect([answer('launch', true), answer('restart', true)]).toEqual([true, true]);
    expect([answer('launch', false), answer('next', true)]).toEqual([false, false]);
  });
});
