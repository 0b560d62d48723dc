/** Writes a WebAssembly module: imported functions, one imported memory, functions, exports (Core Specification 5.5). */
import { Bytes, sizeOfUnsigned } from './bytes.ts';
import type { Code } from './code.ts';
import type { ValueType } from './opcodes.ts';

export interface Signature {
  readonly parameters: readonly ValueType[];
  readonly results: readonly ValueType[];
}

const SECTION = { type: 1, import: 2, function: 3, export: 7, code: 10 } as const;
/** For the numbers and sizes of sections. */
const ROOM = 128;
const FUNCTION = 0;
const TABLE = 1;
const MEMORY = 2;
const FUNCTION_REFERENCE = 0x70;
const FUNCTION_TYPE = 0x60;

export class ModuleWriter {
  private readonly types = new Bytes();
  private typeCount = 0;
  private readonly known = new Map<string, number>();
  private readonly imports = new Bytes();
  private importCount = 1;
  private readonly functions: { type: number; body: Uint8Array }[] = [];
  private readonly exports = new Bytes();
  private exportCount = 0;
  private functionCount = 0;

  /** @param least size of the memory that is imported as `env.memory`, in pages of 64 KiB: it may be larger */
  constructor(least: number) {
    this.imports.name('env');
    this.imports.name('memory');
    this.imports.byte(MEMORY);
    // No maximum.
    this.imports.byte(0);
    this.imports.unsigned(least);
  }

  /** Imports `env.name`. All imports come before the first function. Returns the function's index. */
  importFunction(name: string, signature: Signature): number {
    this.imports.name('env');
    this.imports.name(name);
    this.imports.byte(FUNCTION);
    this.imports.unsigned(this.type(signature));
    this.importCount++;
    return this.functionCount++;
  }

  /** Imports the table of functions `env.name`, which has at least `least` places. */
  importTable(name: string, least: number): void {
    this.imports.name('env');
    this.imports.name(name);
    this.imports.byte(TABLE);
    this.imports.byte(FUNCTION_REFERENCE);
    // No maximum.
    this.imports.byte(0);
    this.imports.unsigned(least);
    this.importCount++;
  }

  /** The index of a signature, for indirect calls. */
  signature(signature: Signature): number {
    return this.type(signature);
  }

  /** A function without gaps. Returns its index. */
  addFunction(signature: Signature, code: Code): number {
    return this.addBody(signature, code.body().bytes);
  }
  /** A function as `Code.body` makes it, when its gaps are filled. Returns its index. */
  addBody(signature: Signature, body: Uint8Array): number {
    this.functions.push({ type: this.type(signature), body });
    return this.functionCount++;
  }

  exportFunction(name: string, index: number): void {
    this.exports.name(name);
    this.exports.byte(FUNCTION);
    this.exports.unsigned(index);
    this.exportCount++;
  }

  finish(): Uint8Array<ArrayBuffer> {
    const declared = new Bytes();
    // All but the last section are small, and that one is copied once: its size is known before.
    for (const { type } of this.functions) declared.unsigned(type);
    const codeSize = this.functions.reduce(
      (sum, { body }) => sum + sizeOfUnsigned(body.length) + body.length,
      sizeOfUnsigned(this.functions.length),
    );
    const others = this.types.length + this.imports.length + declared.length + this.exports.length;
    const module = new Bytes(codeSize + others + ROOM);
    for (const byte of [0, 0x61, 0x73, 0x6d, 1, 0, 0, 0]) module.byte(byte);
    const section = (id: number, count: number, content: Bytes) => {
      const body = new Bytes();
      body.unsigned(count);
      body.append(content.view());
      module.byte(id);
      module.vector(body);
    };
    section(SECTION.type, this.typeCount, this.types);
    section(SECTION.import, this.importCount, this.imports);
    section(SECTION.function, this.functions.length, declared);
    section(SECTION.export, this.exportCount, this.exports);
    module.byte(SECTION.code);
    module.unsigned(codeSize);
    module.unsigned(this.functions.length);
    for (const { body } of this.functions) {
      module.unsigned(body.length);
      module.append(body);
    }
    return module.view();
  }

  private type({ parameters, results }: Signature): number {
    const key = `${parameters.join()}:${results.join()}`;
    const known = this.known.get(key);
    if (known !== undefined) return known;
    this.types.byte(FUNCTION_TYPE);
    for (const list of [parameters, results]) {
      this.types.unsigned(list.length);
      for (const one of list) this.types.byte(one);
    }
    this.known.set(key, this.typeCount);
    return this.typeCount++;
  }
}
