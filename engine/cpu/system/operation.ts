/** The type of an instruction in plain TypeScript. */
import type { Decoded } from "../../isa/decoded.ts";
import type { Core } from "../core.ts";

/** RIP is already that of the next instruction; a GuestFault thrown before any change puts it back. */
export type Operation = (p: Core, d: Decoded) => void;
