/** Made by engine/cli/vite-plugin.ts when a page is built. */
declare module "virtual:ring-engine" {
  /** The engine's build. */
  export const build: string;
  /** The BIOS's ROM, base64. */
  export const rom: string;
}
declare module "virtual:ring-engine-lines" {
  /** The BIOS's source files, and four numbers a line: address, length, file's index, line. */
  export const files: readonly string[];
  export const lines: readonly number[];
}
