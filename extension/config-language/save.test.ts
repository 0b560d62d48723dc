import { describe, expect, it } from 'vitest';
import { saveDocument } from './save.ts';

type Document = Parameters<typeof saveDocument>[0];

/** A document whose saves are answered in turn, and VS Code's own save of it. */
function document(answers: boolean[]) {
  const listeners = new Set<(saved: Document) => void>();
  const fake = {
    isDirty: true,
    asked: 0,
    save: () => {
      fake.asked++;
      const answer = answers.shift() ?? false;
      if (answer) fake.isDirty = false;
      return Promise.resolve(answer);
    },
    onDidSave: (listener: (saved: Document) => void) => {
      listeners.add(listener);
      return { dispose: () => void listeners.delete(listener) };
    },
    saveByItself: () => {
      fake.isDirty = false;
      for (const listener of listeners) listener(fake);
    },
    listeners,
  };
  return fake;
}

describe('a document is saved before its file is read', () => {
  it('is not saved when it is as its file is', async () => {
    const clean = document([]);
    clean.isDirty = false;
    expect(await saveDocument(clean, clean.onDidSave)).toBe(true);
    expect(clean.asked).toBe(0);
  });

  it('is saved once when VS Code does it', async () => {
    const dirty = document([true]);
    expect(await saveDocument(dirty, dirty.onDidSave)).toBe(true);
    expect(dirty.asked).toBe(1);
    expect(dirty.listeners.size).toBe(0);
  });

  it('waits for a save of VS Code that makes it refuse another one', async () => {
    const dirty = document([false]);
    const saving = saveDocument(dirty, dirty.onDidSave);
    await Promise.resolve();
    dirty.saveByItself();
    expect(await saving).toBe(true);
    expect(dirty.asked).toBe(1);
  });

  it('tries again when VS Code has saved an older text', async () => {
    const dirty = document([false, true]);
    const saving = saveDocument(dirty, dirty.onDidSave);
    dirty.saveByItself();
    dirty.isDirty = true;
    expect(await saving).toBe(true);
    expect(dirty.asked).toBe(2);
  });

  it('says so when it cannot be saved', async () => {
    const dirty = document([]);
    expect(await saveDocument(dirty, dirty.onDidSave, 1)).toBe(false);
    expect(dirty.listeners.size).toBe(0);
  });
});
