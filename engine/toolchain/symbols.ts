/** The symbols of one assembly: labels, local labels (`1:` … `1b`), names set to expressions. */
import type { Location } from "./diagnostic.ts";
import type { SourceSymbol } from "./program.ts";

export class SymbolTable {
  readonly named = new Map<string, SourceSymbol>();
  private readonly locals = new Map<string, { last?: SourceSymbol; next?: SourceSymbol }>();

  private create(name: string, location: Location): SourceSymbol {
    return { name, definition: undefined, location, isGlobal: false, isSet: false, busy: false, cached: undefined };
  }

  /** The symbol of a name, made where it is new. */
  use(name: string, location: Location): SourceSymbol {
    let symbol = this.named.get(name);
    if (!symbol) this.named.set(name, (symbol = this.create(name, location)));
    return symbol;
  }

  /** The symbol to define by `.set`: a new one where the name has a value that earlier statements used. */
  redefine(name: string, location: Location): SourceSymbol {
    const old = this.named.get(name);
    if (old && !old.definition) return old;
    const symbol = this.create(name, location);
    symbol.isGlobal = old?.isGlobal ?? false;
    this.named.set(name, symbol);
    return symbol;
  }

  /** `1b`, the nearest `1:` above; undefined where there is none. */
  backward(number: string): SourceSymbol | undefined {
    return this.locals.get(number)?.last;
  }

  /** `1f`, the nearest `1:` below. */
  forward(number: string, location: Location): SourceSymbol {
    let local = this.locals.get(number);
    if (!local) this.locals.set(number, (local = {}));
    return (local.next ??= this.create(`${number}f`, location));
  }

  /** The symbol for `1:` here. */
  defineLocal(number: string, location: Location): SourceSymbol {
    const symbol = this.forward(number, location);
    const local = this.locals.get(number) as { last?: SourceSymbol; next?: SourceSymbol };
    local.last = symbol;
    delete local.next;
    symbol.location = location;
    return symbol;
  }

  /** Local labels that were used and never came. */
  missingLocals(): SourceSymbol[] {
    return [...this.locals.values()].flatMap((l) => (l.next ? [l.next] : []));
  }
}
