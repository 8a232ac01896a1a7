/** A processor's registers as text, in the form of QEMU's `info registers` and `-d cpu_reset`. */
import type { RegisterFile } from "../machine/api.ts";

const hex = (value: number | bigint, digits: number) => value.toString(16).padStart(digits, "0");

/** Lines that end with a line feed. */
export function registerText({ general, ip, flags, segments, gdtr, idtr, control }: RegisterFile, cpl: number): string {
  const wide = general.some(({ name }) => name.startsWith("R"));
  const digits = wide ? 16 : 8;
  const line = (list: readonly { name: string; value: bigint }[]) =>
    `${list.map(({ name, value }) => `${name.padEnd(3)}=${hex(value, digits)}`).join(" ")}\n`;
  const [ax, cx, dx, bx, sp, bp, si, di, ...more] = general as { name: string; value: bigint }[];
  let text = line([ax, bx, cx, dx] as never) + line([si, di, bp, sp] as never);
  for (let i = 0; i < more.length; i += 4) text += line(more.slice(i, i + 4));
  text += `${wide ? "RIP" : "EIP"}=${hex(ip, digits)} ${wide ? "RFL" : "EFL"}=${hex(flags, 8)} CPL=${cpl}\n`;
  for (const { name, selector, base, limit, attributes } of segments) {
    const place = `${hex(base, digits)} ${hex(limit, 8)} ${hex(attributes << 8, 8)}`;
    text += `${name.replace("LDTR", "LDT").padEnd(3)}=${hex(selector, 4)} ${place}\n`;
  }
  text += `GDT=     ${hex(gdtr.base, digits)} ${hex(gdtr.limit, 8)}\nIDT=     ${hex(idtr.base, digits)} ${hex(idtr.limit, 8)}\n`;
  return `${text}${control.map(({ name, value }) => `${name}=${hex(value, name === "CR0" ? 8 : digits)}`).join(" ")}\n`;
}
