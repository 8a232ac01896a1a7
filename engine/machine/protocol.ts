/**
 * What page and worker say to each other: calls of methods with numbered answers, and pushes to subscriptions. Values are
 * structured clones; large arrays are transferred.
 */
import type { Tick } from "../chipset/bus.ts";
import type {
  AssembleRequest,
  CardPlace,
  MachineConfiguration,
  MachineEvent,
  MachineHandle,
  MachineStatus,
  Screen,
  Speed,
} from "./api.ts";
import type { CheckpointChange } from "./mirror.ts";

/** Methods of a handle that the worker carries out. */
export type RemoteMethod = Exclude<
  keyof MachineHandle,
  "id" | "status" | "onStatus" | "onEvents" | "onSerial" | "onScreen" | "close"
>;

/** Something a page wants to be told of. */
export type Subscription =
  | { readonly kind: "screen" }
  | { readonly kind: "serial" }
  | { readonly kind: "events"; readonly number: number; readonly kinds: readonly MachineEvent["kind"][] };

/** How to bring a machine back to where its mirror is. */
export interface Revival {
  readonly checkpoint?: CheckpointChange;
  readonly breakpoints: readonly number[];
  readonly speed: Speed;
  /** Where status versions go on. */
  readonly version: number;
}

export type PageMessage =
  /** From a page's head: the machine that its script will create (LocalEngine.prepare). */
  | { readonly to: "prepare"; readonly id: string; readonly configuration: MachineConfiguration; readonly tick: Tick }
  | {
      readonly to: "create";
      readonly call: number;
      readonly id: string;
      readonly configuration: MachineConfiguration;
      readonly revival?: Revival;
    }
  | {
      readonly to: "call";
      readonly call: number;
      readonly id: string;
      readonly method: RemoteMethod;
      readonly args: readonly unknown[];
    }
  | { readonly to: "subscribe"; readonly id: string; readonly subscription: Subscription }
  | { readonly to: "unsubscribe"; readonly id: string; readonly subscription: Subscription }
  | { readonly to: "connect"; readonly call: number; readonly places: readonly CardPlace[] }
  | { readonly to: "close"; readonly id: string }
  | { readonly to: "assemble"; readonly call: number; readonly source: string; readonly request: AssembleRequest }
  | { readonly to: "instruction"; readonly call: number; readonly mnemonic: string }
  | { readonly to: "ping" };

export type WorkerMessage =
  | { readonly from: "ready" }
  | { readonly from: "pong" }
  | { readonly from: "answer"; readonly call: number; readonly value: unknown; readonly status?: MachineStatus }
  | {
      readonly from: "refusal";
      readonly call: number;
      readonly message: string;
      readonly details: Record<string, unknown>;
    }
  | { readonly from: "status"; readonly id: string; readonly status: MachineStatus }
  | { readonly from: "screen"; readonly id: string; readonly screen: Screen }
  | { readonly from: "serial"; readonly id: string; readonly text: string; readonly again: boolean }
  | { readonly from: "events"; readonly id: string; readonly number: number; readonly events: readonly MachineEvent[] }
  | { readonly from: "checkpoint"; readonly id: string; readonly change: CheckpointChange };

type DistributeOmit<T, K extends string> = T extends unknown ? Omit<T, K> : never;
/** A message that will be answered, before it has a number. */
export type Request = DistributeOmit<Extract<PageMessage, { call: number }>, "call">;
