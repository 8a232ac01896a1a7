/** The instruction table: every row of `rows/`, in order. From it everything else is derived. */
import "./rows/arithmetic.ts";
import "./rows/shift.ts";
import "./rows/move.ts";
import "./rows/stack.ts";
import "./rows/control.ts";
import "./rows/string.ts";
import "./rows/system.ts";
import "./rows/processor.ts";
import "./rows/x87.ts";
import "./rows/packedmove.ts";
import "./rows/packed.ts";
import "./rows/x87data.ts";
import "./rows/x87compute.ts";
import "./rows/x87control.ts";
import "./rows/sse.ts";
import "./rows/state.ts";
import { declaredRows } from "./row.ts";

export const TABLE = declaredRows();
