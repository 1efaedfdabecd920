/** `encode.ts`, compiled; every instance has a memory of its own. */
declare const encodeModule: WebAssembly.Module;
export default encodeModule;
