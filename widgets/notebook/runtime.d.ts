// What is used of packages that carry no types: @observablehq/runtime 6.0.1, htl 0.3.1, @observablehq/inputs 0.12.
declare module "@observablehq/runtime" {
  export interface Observer {
    pending?(): unknown;
    fulfilled?(value: unknown): unknown;
    rejected?(error: unknown): unknown;
    /** The element whose visibility `visibility` waits for. */
    _node?: Element;
  }
  export interface Variable {
    define(name: string | null, inputs: readonly string[], definition: (...values: never[]) => unknown): Variable;
    delete(): Variable;
  }
  export interface Module {
    variable(observer?: Observer | true, options?: { shadow?: Record<string, () => unknown> }): Variable;
    define(name: string, inputs: readonly string[], definition: (...values: never[]) => unknown): Variable;
    redefine(name: string, inputs: readonly string[], definition: (...values: never[]) => unknown): Variable;
  }
  export class Runtime {
    constructor(builtins?: Record<string, unknown>, global?: (name: string) => unknown);
    module(): Module;
    dispose(): void;
  }
  export class RuntimeError extends Error {
    readonly input?: string;
  }
}

declare module "htl" {
  export const html: (strings: TemplateStringsArray, ...values: unknown[]) => Element;
  export const svg: (strings: TemplateStringsArray, ...values: unknown[]) => Element;
}

declare module "@observablehq/inputs";
