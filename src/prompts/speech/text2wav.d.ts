/** eSpeak NG as Emscripten compiled it: one call makes one engine, which runs its command line once. */
declare module 'text2wav/lib/espeak-ng.js' {
  interface FileSystem {
    makedev(major: number, minor: number): number;
    registerDevice(
      device: number,
      operations: {
        llseek(stream: { readonly position: number }, offset: number, whence: number): number;
        write(stream: unknown, memory: Int8Array, offset: number, length: number, position: number): number;
      },
    ): void;
    mkdev(path: string, mode: number, device: number): unknown;
  }
  interface Engine {
    readonly arguments: readonly string[];
    /** There once `preRun` is called. */
    FS?: FileSystem;
    /** `done` must not be called within this call. */
    instantiateWasm(imports: WebAssembly.Imports, done: (instance: WebAssembly.Instance) => void): object;
    readonly preRun: readonly (() => void)[];
    readonly postRun: readonly (() => void)[];
    print(line: string): void;
    printErr(line: string): void;
    onAbort(what: unknown): void;
    quit(status: number): void;
  }
  export default function start(engine: Engine): void;
}

/** The part of it that is used here: Node has it, its types do not. */
declare namespace WebAssembly {
  type Imports = Readonly<Record<string, unknown>>;
  class Module {
    constructor(bytes: Uint8Array);
  }
  class Instance {
    constructor(module: Module, imports: Imports);
  }
}
