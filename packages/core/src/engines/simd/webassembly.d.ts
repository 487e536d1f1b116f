// The part of the WebAssembly API that this package uses: TypeScript declares it only together with the
// whole DOM.
declare namespace WebAssembly {
  function validate(bytes: Uint8Array): boolean;
  class Memory {
    constructor(descriptor: {
      readonly initial: number;
      readonly maximum?: number;
      readonly shared?: boolean;
    });
    readonly buffer: ArrayBufferLike;
    grow(pages: number): number;
  }
  class Module {
    constructor(bytes: Uint8Array);
  }
  class Instance {
    constructor(module: Module, imports: { readonly env?: { readonly memory: Memory } });
    readonly exports: Readonly<Record<string, unknown>>;
  }
}
