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
const LIMITS = "AMD APM vol. 2, 4.12.1: offsets are checked against the segment's limit; QEMU omits it";
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
  real: new Map([
    ...same("Intel SDM vol. 3A, 6.8.3: only a load of SS holds back a single-step trap; in QEMU STI does, too", {
      "steps over STI and CLI": "end +000b edx=13130012 ebx=1414000b",
    }),
    ...same(LIMITS, {
      "IRETD beyond the limit": "0d +000f esp=0000eff4",
      "a word at FFFFh": "0d +0003 ebx=1414ffff",
      "a word at FFFFh, stored": "0d +0003 ebx=1414ffff",
      "a doubleword at FFFDh": "0d +0003 ebx=1414fffd",
      "a word at FFFFh through BP": "0c +0003 ebp=1515ffff",
      "above 64 KiB with a 32-bit address": "0d +0006 ebx=00010000",
      "SS above 64 KiB with a 32-bit address": "0c +0006 ebp=00010000",
      "LODSW at FFFFh": "0d +0003 esi=1616ffff",
      "MOVSW at FFFFh keeps everything": "0d +0006 ecx=12120003 esi=1616ffff",
      "REP MOVSW up to FFFFh":
        "0d +0011 eax=10103000 ecx=12120007 esp=0000effe esi=1616ffff edi=17170104 es=00003000 ds=00003000",
      "XCHG at FFFFh": "0d +0003 ebx=1414ffff",
      "CMPXCHG8B at FFFCh": "0d +0003 ebx=1414fffc",
      "LES at FFFDh": "0d +0003 ebx=1414fffd",
      "far jump in memory at FFFDh": "0d +0003 ebx=1414fffd",
      "BOUND at FFFDh": "0d +0003 ebx=1414fffd",
      "SGDT at FFFCh": "0d +0003 ebx=1414fffc",
      "LGDT at FFFCh": "0d +0003 ebx=1414fffc",
      "near jump beyond the limit": "0d +0000",
      "near call beyond the limit keeps ESP": "0d +0000",
      "near return beyond the limit keeps ESP": "0d +0006 esp=0000effc",
      "far jump beyond the limit": "0d +0000",
      "far call beyond the limit keeps ESP": "0d +0000",
      "relative jump of 32 bits beyond the limit": "0d +0000",
      "relative jump of 16 bits wraps": "end +0002",
      "an instruction over the limit": "0d +0000",
      "running beyond the limit": "0d +0000",
    }),
  ]),
};
