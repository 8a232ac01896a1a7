/** A line that is high while any of its inputs is: A20, which the 8042 and port 92h both open. */
import type { Device, Line } from "../chipset/bus.ts";

export class WiredOr implements Device {
  readonly name: string;
  /** One bit an input. */
  readonly state: { inputs: number };
  readonly #output: (level: boolean) => void;

  constructor(name: string, inputs: number, output: (level: boolean) => void) {
    this.name = name;
    this.state = { inputs: (1 << inputs) - 1 };
    this.#output = output;
  }

  input(n: number): Line {
    return {
      set: (level) => {
        const { inputs } = this.state;
        this.state.inputs = level ? inputs | (1 << n) : inputs & ~(1 << n);
        this.restored();
      },
    };
  }

  /** Its inputs are what the parts before it drive at their own reset. */
  reset(): void {}

  restored(): void {
    this.#output(this.state.inputs !== 0);
  }
}
