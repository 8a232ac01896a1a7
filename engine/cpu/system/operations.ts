/**
 * Instructions in plain TypeScript, by the name of their row: those that are rare, intricate, or concern the processor
 * rather than data. Each may throw GuestFault before it has changed anything.
 */
import { CONTROL_OPERATIONS } from "./control.ts";
import { DATA_OPERATIONS } from "./data.ts";
import { FLAG_OPERATIONS } from "./flags.ts";
import { INVALIDATE_OPERATIONS } from "./invalidate.ts";
import { MEDIA_OPERATIONS } from "./media.ts";
import { MSR_OPERATIONS } from "./msroperations.ts";
import type { Operation } from "./operation.ts";
import { PORT_OPERATIONS } from "./ports.ts";
import { PROCESSOR_OPERATIONS } from "./processorOperations.ts";
import { PROTECTION_OPERATIONS } from "./protection.ts";
import { SMM_OPERATIONS } from "./smm.ts";
import { STACK_OPERATIONS } from "./stackOperations.ts";
import { SYSCALL_OPERATIONS } from "./syscall.ts";
import { X87_CONTROL_OPERATIONS } from "./x87control.ts";
import { X87_FUNCTION_OPERATIONS } from "./x87functions.ts";
import { X87_NUMBER_OPERATIONS } from "./x87numbers.ts";
import { XSAVE_OPERATIONS } from "./xsave.ts";

export const OPERATIONS: Readonly<Record<string, Operation>> = {
  ...CONTROL_OPERATIONS,
  ...DATA_OPERATIONS,
  ...FLAG_OPERATIONS,
  ...INVALIDATE_OPERATIONS,
  ...MSR_OPERATIONS,
  ...PORT_OPERATIONS,
  ...PROCESSOR_OPERATIONS,
  ...PROTECTION_OPERATIONS,
  ...SMM_OPERATIONS,
  ...STACK_OPERATIONS,
  ...SYSCALL_OPERATIONS,
  ...X87_CONTROL_OPERATIONS,
  ...X87_FUNCTION_OPERATIONS,
  ...X87_NUMBER_OPERATIONS,
  ...MEDIA_OPERATIONS,
  ...XSAVE_OPERATIONS,
};
