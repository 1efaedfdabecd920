// @ts-types="./types/index.d.ts"
export { default } from "./src/index.js";
