// Compiles a cell that the reader edited, off the page's thread.
import { compileCell } from "./compile.ts";
import type { CellLanguage } from "./compiled.ts";

addEventListener(
  "message",
  ({ data }: MessageEvent<{ number: number; source: string; language: CellLanguage; file: string }>) => {
    const { number, source, language, file } = data;
    postMessage({ number, answer: compileCell(source, language, file) });
  },
);
