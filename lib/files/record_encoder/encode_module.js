// @ts-self-types="./encode_module.d.ts"
// TypeScript does not know this kind of import yet (TC39's source phase imports).
import source encodeModule from "./encode.wasm";
export default encodeModule;
