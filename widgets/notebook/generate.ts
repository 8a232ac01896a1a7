// Values that change, as the generators that the reactive runtime reads: only the newest value is ever delivered.

/**
 * A generator of whatever `start` passes to its argument. `start` answers what to do when nobody reads any more (the
 * cell was redefined).
 */
export function changing<T>(start: (change: (value: T) => void) => (() => void) | undefined): AsyncGenerator<T> {
  let waiting: ((value: T) => void) | undefined;
  let fresh: { value: T } | undefined;
  const stop = start((value) => {
    if (waiting) waiting(value);
    else fresh = { value };
    waiting = undefined;
  });
  return (async function* () {
    try {
      while (true) {
        if (fresh) {
          const { value } = fresh;
          fresh = undefined;
          yield value;
        } else {
          yield await new Promise<T>((resolve) => {
            waiting = resolve;
          });
        }
      }
    } finally {
      stop?.();
    }
  })();
}

/** The values of an input element (`view(Inputs.range(…))`): now, and at each of its `input` events. */
export function valuesOf(element: HTMLElement & { value?: unknown }): AsyncGenerator<unknown> {
  const event = element instanceof HTMLButtonElement ? "click" : "input";
  const read = () =>
    element instanceof HTMLInputElement && element.type === "range" ? element.valueAsNumber : element.value;
  return changing((change) => {
    const changed = () => change(read());
    element.addEventListener(event, changed);
    if (read() !== undefined) changed();
    return () => element.removeEventListener(event, changed);
  });
}
