/**
 * Where QEMU's translator is known to be wrong: what hardware says instead, and why. QEMU 7.2 checks no segment limits and
 * no types of segments on accesses (target/i386/tcg/translate.c, gen_lea_v_seg), which saves it most of the time.
 */

/** `says`: the line's text. Attempts of the case "m", which QEMU would not survive, are here too. */
export interface Difference {
  readonly says: string;
  readonly why: string;
}

const TYPES = "AMD APM vol. 2, 4.12.2: a data access is checked against the segment's type; QEMU omits it";
const NULL = "AMD APM vol. 2, 4.5.1: an access through a null segment register is #GP(0); QEMU omits it";
const LOCK =
  "AMD APM vol. 3, 1.2.5: LOCK on other than the listed instructions, or on a register, is #UD; QEMU omits it";
const ICEBP = "AMD APM vol. 3, INT1: F1h is #DB without a check of privilege; QEMU 7.2 has it not built in";

const same = (why: string, says: Record<string, string>): [string, Difference][] =>
  Object.entries(says).map(([name, text]) => [name, { says: text, why }]);

/** By guest, then by attempt. */
export const DIFFERENCES: Readonly<Record<string, ReadonlyMap<string, Difference>>> = {
  protection: new Map([
    ...same(NULL, { "read through null": "0d 0000 +0000", "write through null": "0d 0000 +0000" }),
    ...same(TYPES, {
      "write through readable code in DS": "0d 0000 +0007 eax=00000008 ds=00000008",
      "write read-only data": "0d 0000 +0007 eax=00000060 fs=00000060",
      "read-modify-write of read-only data": "0d 0000 +0011 eax=00000060 fs=00000060",
      "XCHG with read-only data": "0d 0000 +0011 eax=00000060 fs=00000060",
      "CMPXCHG with read-only data, unequal": "0d 0000 +0011 eax=00000060 fs=00000060",
      "write through CS": "0d 0000 +0000",
      "far jump to execute-only code, and a read there": "0d 0000 +0007 cs=00000070",
    }),
    ...same(ICEBP, { ICEBP: "01 +0001", "ICEBP without the right": "01 +0001" }),
    ...same(LOCK, { "LOCK MOV": "06 +0000", "LOCK BT": "06 +0000" }),
    ...same("Intel SDM vol. 2, PUSH: recent processors write only the selector's 16 bits of a 32-bit push", {
      "PUSH of a segment writes two bytes": "end +0007 eax=ffff0010",
    }),
    ...same("Intel SDM vol. 2, REP: a count of 0 executes nothing, so nothing is checked", {
      "REP OUTSB, none": "end +0006 ecx=00000000 fl=00000046",
    }),
    ...same("AMD APM vol. 3, LTR: a null selector is #GP(0); QEMU loads it", {
      "LTR of null": "0d 0000 +0002 eax=00000000 fl=00000046",
    }),
    ...same("AMD APM vol. 2, 3.1.1: PG without PE is #GP(0); QEMU turns paging on", {
      "CR0 with PG without PE": "0d 0000 +000b eax=e0000010 fl=00000082",
    }),
    ...same("AMD APM vol. 2, 3.1.1: NW without CD is #GP(0); QEMU takes it", {
      "CR0 with NW without CD": "0d 0000 +000d eax=20000011 fl=00000006",
    }),
  ]),
};
