/** WebAssembly that the build has compiled from `assembly/` folders, over a machine's memory. */

const decodeBase64 = (text: string): Uint8Array<ArrayBuffer> =>
  Uint8Array.from(atob(text), (character) => character.charCodeAt(0));

/** @returns makes an instance with what it imports: its exports. The module is compiled once, when the first is made */
export function instantiate(base64: string): <Exports>(imports: WebAssembly.ModuleImports) => Exports {
  let compiled: WebAssembly.Module | undefined;
  return <Exports>(imports: WebAssembly.ModuleImports) => {
    compiled ??= new WebAssembly.Module(decodeBase64(base64));
    return new WebAssembly.Instance(compiled, { env: imports }).exports as Exports;
  };
}
