/** The assembler as pages ask for it, with an answer that crosses a worker's boundary. */
import { assemble } from "../toolchain/assembler.ts";
import type { AssembleAnswer, AssembleRequest } from "./api.ts";

/** Assembles a source; what is wrong with it is in the answer. */
export function assembleSource(source: string, request: AssembleRequest): AssembleAnswer {
  const { files = {}, ...options } = request;
  const include = (name: string) => (Object.hasOwn(files, name) ? files[name] : undefined);
  const { bytes, symbols, lines, diagnostics } = assemble(source, { ...options, include });
  return {
    bytes,
    symbols: Object.fromEntries([...symbols].map(([name, value]) => [name, Number(value)])),
    lines,
    diagnostics,
  };
}
