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
const EXTERNAL =
  "Intel SDM vol. 3A, 6.13: EXT is set while an interrupt or an earlier exception is delivered; QEMU never sets it";
const LOCK =
  "AMD APM vol. 3, 1.2.5: LOCK on other than the listed instructions, or on a register, is #UD; QEMU omits it";
const ICEBP = "AMD APM vol. 3, INT1: F1h is #DB without a check of privilege; QEMU 7.2 has it not built in";

const same = (why: string, says: Record<string, string>): [string, Difference][] =>
  Object.entries(says).map(([name, text]) => [name, { says: text, why }]);

/** By guest, then by attempt. */
export const DIFFERENCES: Readonly<Record<string, ReadonlyMap<string, Difference>>> = {
  paging: new Map([
    ...same("this machine's processor: PUSHA pushes EAX first, and nothing where one of its eight faults above", {
      "PUSHA, CR2": "00401018",
      "PUSHA, entries": "20270007",
    }),
    ...same("Intel SDM vol. 3A, 4.7: RSVD comes with P, as the entry is present; QEMU 7.2 leaves P out", {
      "a reserved bit in a 4 MiB page": "0e 0009 +0007 eax=00000048 fs=00000048",
    }),
  ]),
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
    ...same("Intel SDM vol. 3B, 17.3.1.1: a fault pushes RF = 1, a trap and INT do not; QEMU never does", {
      "a fault pushes RF, IRET drops it": "end +000a eax=00000000 ebx=00010000 fl=00000046",
      "a trap pushes no RF": "end +000e eax=00000000 ebx=00000000 fl=00000046",
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
    ...same(
      "Intel SDM vol. 3A, 6.8.3: only MOV and POP to SS hold a single-step trap back; in QEMU STI and LSS do, too",
      {
        "a step behind LSS": "end +001b edx=13130032 ebx=1414000a",
        "steps over STI and CLI": "end +000b edx=13130012 ebx=1414000b",
      },
    ),
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
  faults: new Map([
    ...same("Intel SDM vol. 2, CALL and INT: an absent inner stack is #SS(selector); QEMU raises #TS", {
      "absent inner SS, call": "0c 00a0 +0005 esp=0000cffc",
      "absent inner SS, interrupt": "0c 00a0 +0000",
    }),
    ...same(EXTERNAL, {
      "#UD without its gate is #NP": "0b 0033 +0000",
      "#DB without its gate": "0b 000b +000a fl=00000102",
      "#UD to data is #GP": "0d 0011 +0000",
      "#UD to null is #GP": "0d 0001 +0000",
      "#UD in ring 3, gate absent": "0b 0033 +0000",
      "#UD to ring 1 without a stack is #TS": "0a 0001 +0000",
    }),
    ...same(LIMITS, {
      "the last byte": "end +000f eax=00000000 fs=00000063",
      "the last doubleword": "end +0010 eax=00000063 ebx=00000000 fs=00000063",
      "a byte beyond": "0d 0000 +0007 eax=00000063 fs=00000063",
      "a word over the limit": "0d 0000 +0007 eax=00000063 fs=00000063",
      "a doubleword over the limit, written": "0d 0000 +0007 eax=00000063 fs=00000063",
      "CMPXCHG8B over the limit": "0d 0000 +0007 eax=00000063 fs=00000063",
      "at -1": "0d 0000 +0007 eax=00000063 fs=00000063",
      "a doubleword around 4 GiB": "0d 0000 +0007 eax=00000063 fs=00000063",
      "the only byte": "end +0010 eax=00000083 ebx=14141400 fs=00000083",
      "a word where there is one byte": "0d 0000 +0007 eax=00000083 fs=00000083",
      "the last byte of a page": "end +0010 eax=0000007b ebx=14141400 fs=0000007b",
      "behind the page": "0d 0000 +0007 eax=0000007b fs=0000007b",
      "expand-down, below": "0d 0000 +0007 eax=0000006b fs=0000006b",
      "expand-down, a word over its lower end": "0d 0000 +0007 eax=0000006b fs=0000006b",
      "expand-down, the first byte": "end +0011 eax=0000006b fs=0000006b fl=00000006",
      "expand-down, the last byte": "end +0011 eax=0000006b fs=0000006b fl=00000046",
      "expand-down, a word over its upper end": "0d 0000 +0007 eax=0000006b fs=0000006b",
      "expand-down, above 64 KiB": "0d 0000 +0007 eax=0000006b fs=0000006b",
      "expand-down of 32 bits, below": "0d 0000 +0007 eax=00000073 fs=00000073",
      "expand-down of 32 bits, the first word": "end +0011 eax=00000073 ebx=1414b002 fs=00000073",
      "expand-down of nothing": "0d 0000 +0007 eax=000000db fs=000000db",
      "read-modify-write keeps the flags": "0d 0000 +0008 eax=00000063 fs=00000063 fl=00000003",
      "SHL keeps the flags": "0d 0000 +0008 eax=00000063 fs=00000063 fl=00000003",
      "XCHG keeps the register": "0d 0000 +0007 eax=00000063 fs=00000063",
      "XADD keeps the register": "0d 0000 +0007 eax=00000063 fs=00000063",
      "CMPXCHG keeps everything": "0d 0000 +0007 eax=00000063 fs=00000063",
      "BTS with a register reaches beyond": "0d 0000 +000c eax=00000063 ebx=00008000 fs=00000063",
      "BT with a register, the last doubleword": "end +0016 eax=00000063 ebx=00007fff fs=00000063",
      "LES over the limit": "0d 0000 +0007 eax=00000063 fs=00000063",
      "far jump over the limit": "0d 0000 +0007 eax=00000063 fs=00000063",
      "jump through memory beyond": "0d 0000 +0007 eax=00000063 fs=00000063",
      "call through memory beyond keeps ESP": "0d 0000 +0007 eax=00000063 fs=00000063",
      "PUSH from memory beyond keeps ESP": "0d 0000 +0007 eax=00000063 fs=00000063",
      "POP to memory beyond keeps ESP": "0d 0000 +0009 eax=00000063 esp=0000cffc fs=00000063",
      "XLAT beyond": "0d 0000 +000e eax=00000001 ebx=00000fff fs=00000063",
      "LODSD over the limit": "0d 0000 +000c eax=00000063 esi=00000ffe fs=00000063",
      "CMPSB, the first operand": "0d 0000 +0012 eax=00000063 esi=00001000 edi=00000000 fs=00000063 fl=00000003",
      "DIV by an operand beyond is #GP": "0d 0000 +0009 eax=00000063 edx=00000000 fs=00000063 fl=00000046",
      "BOUND over the limit": "0d 0000 +0007 eax=00000063 fs=00000063",
      "LOCK on what takes none is #UD first": "06 +0007 eax=00000063 fs=00000063",
      "MOV to a segment from beyond": "0d 0000 +0007 eax=00000063 fs=00000063",
      "SGDT over the limit": "0d 0000 +0007 eax=00000063 fs=00000063",
      "STOSD over the limit": "0d 0000 +000c eax=00000063 edi=00000ffe es=00000063",
      "REP STOSB up to the limit": "0d 0000 +0011 eax=00000063 ecx=00000010 edi=00001000 es=00000063",
      "REP STOSD up to the limit": "0d 0000 +0011 eax=00000063 ecx=00000019 edi=00000ffe es=00000063",
      "REP STOSB down from the limit": "0d 0000 +0012 eax=00000063 ecx=0000001c edi=ffffffff es=00000063 fl=00000402",
      "REP MOVSD, the destination ends":
        "0d 0000 +0016 eax=00000063 ecx=00000005 esi=00004c70 edi=00001000 es=00000063",
      "REP MOVSD, the source ends": "0d 0000 +0016 eax=00000063 ecx=00000005 esi=00001000 edi=00004c70 ds=00000063",
      "REPE CMPSB up to the limit":
        "0d 0000 +0018 eax=00000063 ecx=00000053 esi=00001000 edi=00001000 es=00000063 ds=00000063 fl=00000046",
      "REP SCASB up to the limit": "0d 0000 +0013 eax=00000077 ecx=00000053 edi=00001000 es=00000063 fl=00000006",
      "MOVSB, the second operand": "0d 0000 +0011 eax=00000063 esi=00004c60 edi=00001000 es=00000063",
      "PUSH at the end of the stack": "0c 0000 +000c eax=0000006b esp=00001002 ss=0000006b",
      "PUSH of 16 bits at the end": "end +0010 eax=0000006b esp=00001000 ss=0000006b",
      "PUSH beyond the end": "0c 0000 +000c eax=0000006b esp=00001000 ss=0000006b",
      "PUSHAD half-way": "0c 0000 +000c eax=0000006b esp=00001010 ss=0000006b",
      "PUSHA half-way": "0c 0000 +000c eax=0000006b esp=00001008 ss=0000006b",
      "PUSHA that just fits": "end +0010 eax=0000006b esp=00001000 ss=0000006b",
      "CALL at the end": "0c 0000 +000c eax=0000006b esp=00001002 ss=0000006b",
      "far CALL half-way": "0c 0000 +000c eax=0000006b esp=00001004 ss=0000006b",
      "ENTER at the end": "0c 0000 +000c eax=0000006b esp=00001002 ss=0000006b",
      "ENTER half-way": "0c 0000 +0011 eax=0000006b esp=00001008 ebp=00002000 ss=0000006b",
      "ENTER whose frame is too large": "0c 0000 +000c eax=0000006b esp=00001100 ss=0000006b",
      "PUSHF at the end": "0c 0000 +000c eax=0000006b esp=00001002 ss=0000006b",
      "PUSH of a segment at the end": "0c 0000 +000c eax=0000006b esp=00001002 ss=0000006b",
      "a gate copies parameters that are not there": "0c 0000 +000c eax=0000006b esp=0000fffe ss=0000006b",
      "POP over the limit": "0c 0000 +000c eax=00000063 esp=00000ffe ss=00000063",
      "POP of the last doubleword": "end +000f eax=00000063 ebx=00000000 esp=00001000 ss=00000063",
      "POPAD half-way": "0c 0000 +000c eax=00000063 esp=00000ff0 ss=00000063",
      "POPA half-way": "0c 0000 +000c eax=00000063 esp=00000ff8 ss=00000063",
      "POPF over the limit": "0c 0000 +000c eax=00000063 esp=00000ffe ss=00000063",
      "RET over the limit": "0c 0000 +000c eax=00000063 esp=00000ffe ss=00000063",
      "RETF half-way": "0c 0000 +000c eax=00000063 esp=00000ffc ss=00000063",
      "IRET half-way": "0c 0000 +000c eax=00000063 esp=00000ff8 ss=00000063",
      "IRET without any": "0c 0000 +000c eax=00000063 esp=00001000 ss=00000063",
      "LEAVE over the limit": "0c 0000 +0011 eax=00000063 esp=00000100 ebp=00000ffe ss=00000063",
      "POP of a segment over the limit": "0c 0000 +000c eax=00000063 esp=00000ffe ss=00000063",
      "EBP means SS": "0c 0000 +0011 eax=00000063 esp=00000100 ebp=00000ffe ss=00000063",
      "ESP means SS": "0c 0000 +000c eax=00000063 esp=00000ffe ss=00000063",
      "an override means not SS": "end +001a eax=00000000 esp=00000100 ebp=00002ffe ss=00000063 fl=00000046",
      "ENTER of a link over the limit": "0c 0000 +0011 eax=00000063 esp=00000100 ebp=00001002 ss=00000063",
      "far jump beyond the limit, 32 bits": "0d 0000 +0000",
      "far call beyond the limit, 32 bits, keeps ESP": "0d 0000 +0000",
      "the last byte of the segment": "0d 0000 +0000 eax=0000afff cs=0000008b",
      "an instruction over the limit, 32 bits": "0d 0000 +0000 eax=0000affe cs=0000008b",
      "an opcode that ends at the limit is whole": "end +0004 eax=0000affc cs=0000008b",
      "near jump beyond": "0d 0000 +000c eax=0000b000 cs=0000008b",
      "near call beyond keeps ESP": "0d 0000 +000c eax=0000b000 cs=0000008b",
      "near return beyond keeps ESP": "0d 0000 +000c esp=0000cffc cs=0000008b",
      "JZ beyond, not taken": "end +0011 cs=0000008b fl=00000006",
      "JNZ beyond, taken": "0d 0000 +0009 cs=0000008b fl=00000006",
      "RETF beyond the limit": "0d 0000 +000a esp=0000cff8",
      "IRET beyond the limit": "0d 0000 +000b esp=0000cff4",
      "a call gate beyond the limit": "0d 0000 +0000",
      "an interrupt gate beyond the limit": "0d 0000 +0000",
      "an inner stack too small, call": "0c 00b0 +0005 esp=0000cffc",
      "an inner stack too small, interrupt": "0c 00b0 +0000",
    }),
  ]),
  interrupts: new Map([
    ...same(
      "AMD APM vol. 3, STI: interrupts are held back until behind one instruction, INT is one; QEMU waits for two",
      {
        "STI and INT, trap gate": "50 +0000 eax=10101000 esp=0000eff4 fl=00000202",
      },
    ),
    ...same("Intel SDM vol. 2, POP: of STI and a load of SS only the first must hold interrupts back; ours both do", {
      "MOV SS with IF set": "50 +0010 eax=10101000 ecx=00000010 esp=0000effc fl=00000202",
      "POP SS and the next": "50 +0009 eax=10101000 fl=00000202",
      "MOV SS, real mode": "50 +0009 eax=10101000 ecx=12121000 fl=00000202",
    }),
    ...same(EXTERNAL, {
      "an absent gate": "0b 0283 +0007 eax=10101000 fl=00000202",
      "a gate of no kind": "0d 0283 +0007 eax=10101000 fl=00000202",
      "a gate to data": "0d 0011 +0007 eax=10101000 fl=00000202",
      "a gate to null": "0d 0001 +0007 eax=10101000 fl=00000202",
      "a gate to beyond the table": "0d 1001 +0007 eax=10101000 fl=00000202",
      "a vector beyond the table": "0d 0283 +0007 eax=10101000 fl=00000202",
    }),
    ...same("AMD APM vol. 3, CMPS: equal memory is compared to the end, however often it is interrupted", {
      "REPE CMPSB interrupted": "end +0043 eax=00000001 ecx=00000000 esi=00140000 edi=00140000 es=00000048 fl=00000046",
    }),
  ]),
  virtual: new Map([
    ...same(LIMITS, {
      "a word over the limit": "0d 0000 +0003 ebx=1414ffff",
      "a word over the limit, written": "0d 0000 +0003 ebx=1414ffff",
      "PUSH at 1": "0c 0000 +0003 esp=00000001",
      "an address above 64 KiB": "0d 0000 +0006 ebx=00010000",
      "IRETD beyond 64 KiB": "0d 0000 +000f esp=0000cff4",
      "IRETD beyond 64 KiB of virtual-8086 mode": "0d 0000 +0021 esp=0000efdc",
    }),
    ...same(
      "Intel SDM vol. 2, INT n: from virtual-8086 mode, code whose DPL is not 0 is #GP(its selector); QEMU looks for a stack",
      {
        "INT to level 1": "0d 0068 +0000",
      },
    ),
    ...same("Intel SDM vol. 2, IRET: VM in the image counts only at CPL 0; QEMU enters virtual-8086 mode from ring 3", {
      "IRETD of ring 3 sets no VM": "end +000f",
    }),
    ...same(
      "AMD APM vol. 2, 8.10; Intel SDM vol. 3B, 21.3 and 21.4: with VME, VIF stands in for IF; QEMU claims VME and has none of it",
      {
        "VME, CLI clears VIF": "end +0002 fl=00020202",
        "VME, STI sets VIF": "end +0002 fl=000a0002",
        "VME, STI with VIP": "0d 0000 +0000",
        "VME, PUSHF shows VIF": "end +0003 eax=10103202",
        "VME, PUSHF shows no IF": "end +0003 eax=10103002",
        "VME, PUSHFD": "0d 0000 +0000",
        "VME, POPF sets VIF": "end +0005 fl=000a0003",
        "VME, POPF clears VIF": "end +0004 fl=00020202",
        "VME, POPF of IF with VIP": "0d 0000 +0003 esp=0000cffe",
        "VME, POPF of TF": "0d 0000 +0003 esp=0000cffe",
        "VME, POPFD": "0d 0000 +0003 esp=0000cffc",
        "VME, IRET sets VIF": "end +000b fl=000a0003",
        "VME, IRETD": "0d 0000 +000f esp=0000cff4",
        "VME, INT redirected": "end +0003 eax=10101000 ebx=14143202 ebp=1515cffa",
        "VME, INT redirected with IOPL 3": "end +0003 eax=10101000 ebx=14143202 ebp=1515cffa",
        "VME, INT not redirected": "0d 0000 +0000",
        "VME, INT not redirected with IOPL 3":
          "end +0003 eax=00000000 ecx=00000000 edx=00001000 ebx=00023002 ebp=00001000 esi=0000dfdc edi=00001000",
        "VME, INT3 is never redirected": "end +0001",
        "VME with IOPL 3, CLI": "end +0002 fl=000a3002",
      },
    ),
    ...same("Intel SDM vol. 3B, 21.4: PVI gives CLI and STI of ring 3 VIF, and nothing else; QEMU has none of it", {
      "PVI, STI": "end +0003 fl=00080002",
      "PVI, CLI": "end +0003 fl=00000202",
      "PVI, STI with VIP": "0d 0000 +0000",
      "PVI, PUSHF shows no VIF as IF": "end +0004 eax=00080002",
      "PVI is not VME": "0d 0000 +0000",
    }),
  ]),
  debug: new Map([
    ...same("AMD APM vol. 2, 13.1.1.4: reserved bits of DR7 are 0, bit 10 is 1; QEMU keeps what is written", {
      "DR7 after ones but GD": "end +0012 eax=ffffdfff ecx=00000000 ebx=ffff0fff fl=00000046",
    }),
    ...same("AMD APM vol. 2, 13.1.1.4: the address counts without the bits below the length; QEMU does not round it", {
      "data, two bytes, the address rounded": "01 +001e eax=00050002",
      "data, four bytes, the address rounded": "01 +001e eax=000d0002",
    }),
    ...same(
      "AMD APM vol. 2, 8.2.2: a data breakpoint is a trap behind the instruction, and this one never ends; QEMU raises both",
      {
        "data, and a fault comes first":
          "00 +001e eax=000f0002 ecx=00000000 esi=00004144 edi=00004144 es=00000000 fl=00000046",
        "data, and a fault comes first, DR6": "ffff0ff0",
      },
    ),
    ...same("AMD APM vol. 2, 8.2.2: what one instruction met is one #DB; QEMU raises two", {
      "data, and a step": "01 +001f eax=000d0002 fl=00000102",
    }),
    ...same("AMD APM vol. 2, 13.1.1.4: R/W = 2 is for ports only with CR4.DE; QEMU never looks at it", {
      "port without CR4.DE": "end +0015 eax=00020002",
    }),
    ...same("AMD APM vol. 2, 13.1.4.1: a port breakpoint in a repeated instruction traps behind its element", {
      "port, REP OUTSB": "01 +0027 eax=00020002 ecx=00000002 edx=00000080 esi=00004145",
    }),
    ...same("AMD APM vol. 2, 13.1.4: breakpoints on code; QEMU compares them with EIP instead of the linear address", {
      "code, met": "01 +0011 eax=00000002",
      "code, DR6": "ffff0ff1",
      "code, not armed": "end +000c eax=00013676",
      "code, not armed, DR6": "ffff0ff0",
      "code, armed locally": "01 +0018 eax=00000001",
      "code, the middle of an instruction": "end +0019 eax=00000002 ecx=00000001",
      "code, on a jump's target": "01 +0013 eax=00000002",
      "code, on an undefined instruction": "01 +0010 eax=00000002",
      "code, on an undefined instruction, DR6": "ffff0ff1",
      "code, in a loop": "01 +0015 eax=00000002 ecx=00000002",
      "code, on a repeated instruction": "01 +001a eax=00000002 ecx=00000003 edi=00004144",
      "code, RF passes it once": "01 +0021 eax=00000002 ecx=00000001",
      "code, RF lasts for one instruction": "01 +001d eax=00000002",
      "code, POPF gives no RF": "01 +0016 eax=00000002",
      "code, RF passes a repeated instruction": "end +002b eax=00000002 ecx=00000000 edi=00004147",
      "two on one instruction": "01 +0021 eax=00000082",
      "two on one instruction, DR6": "ffff0ff9",
      "code, behind MOV SS": "end +0018 eax=00000002 ecx=00000010",
    }),
    ...same("AMD APM vol. 2, 13.1.1.4: DR7.GD; QEMU has it not", {
      "GD, MOV from DR0": "01 +0008 eax=00002000",
      "GD, DR6": "ffff2ff0",
      "GD is cleared for the handler": "00000400",
      "GD, MOV to DR7": "01 +0008 eax=00002000",
    }),
    ...same("Intel SDM vol. 3A, 6.8.3: a load of SS holds every #DB back until behind the next instruction", {
      "data, MOV SS from it waits": "01 +0021 eax=000f0002",
      "data, MOV SS from it, and INT": "01 +0000 eax=000f0002 esp=0000eff4",
      "data, MOV SS from it, and INT, DR6": "ffff0ff1",
      "data, MOV SS from it, and a fault": "01 +0000 eax=000f0002 esp=0000eff4",
    }),
    ...same("Intel SDM vol. 3B, 17.3.1.1: RF is 0 in the image of a #DB, but 1 amid a repeated instruction", {
      "RF in a #DB's image, code": "end +02a3 eax=00000000 esp=0000eff4 fl=00000046",
      "RF in a #DB's image, data": "end +0240 eax=00000000 esp=0000eff4 fl=00000046",
      "RF in a #DB's image, amid REP": "end +01dc eax=00010000 ecx=00000002 esp=0000eff4 edi=00004145 fl=00000006",
      "RF in a #DB's image, the last of REP":
        "end +016b eax=00000000 ecx=00000000 esp=0000eff4 edi=00004145 fl=00000046",
    }),
    ...same("Intel SDM vol. 3B, 17.3.1.4: the trap of HLT's step is delivered behind it", {
      "step over HLT wakes it": "01 +000a fl=00000102",
    }),
    ...same(ICEBP, {
      "ICEBP leaves DR6": "01 +0001",
      "ICEBP leaves DR6, DR6": "ffff0ff0",
    }),
    ...same("AMD APM vol. 3, CMPXCHG8B: the destination is written in either case", {
      "CMPXCHG8B is one access": "01 +0017 eax=00000000 edx=00000000",
    }),
  ]),
  levels: new Map([
    ...same(
      "Intel SDM vol. 2B, RET: outward, a selector of no data or readable code becomes 0; QEMU leaves null ones",
      {
        "RETF outward, null stays null":
          "end +0018 eax=00000003 esp=0000d000 es=00000000 cs=0000002b ss=00000033 ds=00000000",
      },
    ),
    ...same(
      "Intel SDM vol. 2, CALL: a gate to conforming code changes neither level nor stack; QEMU goes to the code's DPL",
      {
        "a gate to conforming code": "end +2627 eax=00000063 esp=0000cff8 cs=00000063",
      },
    ),
    ...same("Intel SDM vol. 2, IRET: at CPL 0 the 32-bit image gives VIF and VIP; QEMU leaves them", {
      "IRET in ring 0 sets VIF and VIP": "end +000e fl=00180002",
    }),
    ...same(
      "AMD APM vol. 2, 8.2.18: #AC for data accesses at CPL 3 with CR0.AM and EFLAGS.AC; QEMU checks no alignment",
      {
        "AC, a word at 1": "11 0000 +0000",
        "AC, a doubleword at 2": "11 0000 +0000",
        "AC, a doubleword at 4": "end +0007 eax=00000000",
        "AC, a byte anywhere": "end +0007 eax=10101000",
        "AC, a store": "11 0000 +0000",
        "AC, ADD to memory": "11 0000 +0000",
        "AC, PUSH": "11 0000 +0005 esp=0000cffe",
        "AC, POP": "11 0000 +0005 esp=0000cff2",
        "AC, CALL": "11 0000 +0005 esp=0000cffe",
        "AC, RET": "11 0000 +0005 esp=0000cff1",
        "AC, MOVSD of an odd source": "11 0000 +000a esi=00004e51 edi=00004e58",
        "AC, REP STOSD": "11 0000 +000a ecx=00000002 edi=00004e52",
        "AC, PUSHA": "11 0000 +0005 esp=0000cffe",
        "AC, ENTER": "11 0000 +0005 esp=0000cffe",
        "AC, LES, the selector at a word": "end +0012 eax=00000010",
        "AC, LES at 2": "11 0000 +0000",
        "AC, BOUND at 2": "11 0000 +0000",
        "AC, CMPXCHG8B at 4": "11 0000 +0000",
        "AC, IRET": "11 0000 +0005 esp=0000cfe2",
        "AC, a jump through an odd word": "11 0000 +0000",
        "AC, SGDT is two accesses": "end +000b eax=00000000 fl=00040046",
        "AC, a doubleword at 2 through a null segment is #GP": "0d 0000 +0000",
        "AC, INT to ring 0 is not checked": "end +000e",
        "AC, POPF clears AC": "end +000a eax=f000ff00 fl=00000002",
        "AC, POPF sets AC": "11 0000 +0006 fl=00040002",
        "AC, not in ring 0": "end +0007 eax=f000ff00",
        "AC, not in ring 1":
          "end +001c eax=f000ff00 esp=0000b000 es=00000000 cs=00000071 ss=00000069 ds=00000000 fl=00040002",
        "AC, not without CR0.AM": "end +0007 eax=f000ff00",
      },
    ),
  ]),
  tasks: new Map([
    ...same("Intel SDM vol. 3A, table 8-1: an absent stack segment of the new task is #SS; QEMU raises #NP", {
      "SS absent":
        "0c 00c8 +0000 eax=b0b0b0b0 ecx=b1b1b1b1 edx=b2b2b2b2 ebx=b3b3b3b3 esp=0000b800 ebp=b5b5b5b5 esi=b6b6b6b6 edi=b7b7b7b7 ss=000000c8",
    }),
    ...same(
      "Intel SDM vol. 3A, 8.3, step 13: such a fault is the new task's, before its first instruction; in QEMU it has the old EIP",
      {
        "LDT that is data":
          "0a 0010 +0000 eax=b0b0b0b0 ecx=b1b1b1b1 edx=b2b2b2b2 ebx=b3b3b3b3 esp=0000b800 ebp=b5b5b5b5 esi=b6b6b6b6 edi=b7b7b7b7",
        "LDT that is absent":
          "0a 00b8 +0000 eax=b0b0b0b0 ecx=b1b1b1b1 edx=b2b2b2b2 ebx=b3b3b3b3 esp=0000b800 ebp=b5b5b5b5 esi=b6b6b6b6 edi=b7b7b7b7",
        "LDT of a local selector":
          "0a 00b4 +0000 eax=b0b0b0b0 ecx=b1b1b1b1 edx=b2b2b2b2 ebx=b3b3b3b3 esp=0000b800 ebp=b5b5b5b5 esi=b6b6b6b6 edi=b7b7b7b7",
        "LDT beyond the table":
          "0a 1000 +0000 eax=b0b0b0b0 ecx=b1b1b1b1 edx=b2b2b2b2 ebx=b3b3b3b3 esp=0000b800 ebp=b5b5b5b5 esi=b6b6b6b6 edi=b7b7b7b7",
        "CS null":
          "0a 0000 +0000 eax=b0b0b0b0 ecx=b1b1b1b1 edx=b2b2b2b2 ebx=b3b3b3b3 esp=0000b800 ebp=b5b5b5b5 esi=b6b6b6b6 edi=b7b7b7b7 cs=00000000",
        "CS is data":
          "0a 0010 +0000 eax=b0b0b0b0 ecx=b1b1b1b1 edx=b2b2b2b2 ebx=b3b3b3b3 esp=0000b800 ebp=b5b5b5b5 esi=b6b6b6b6 edi=b7b7b7b7 cs=00000010",
        "CS beyond the table":
          "0a 1000 +0000 eax=b0b0b0b0 ecx=b1b1b1b1 edx=b2b2b2b2 ebx=b3b3b3b3 esp=0000b800 ebp=b5b5b5b5 esi=b6b6b6b6 edi=b7b7b7b7 cs=00001000",
        "CS of ring 3 with RPL 0":
          "0a 0028 +0000 eax=b0b0b0b0 ecx=b1b1b1b1 edx=b2b2b2b2 ebx=b3b3b3b3 esp=0000b800 ebp=b5b5b5b5 esi=b6b6b6b6 edi=b7b7b7b7 cs=00000028",
        "CS absent":
          "0b 0058 +0000 eax=b0b0b0b0 ecx=b1b1b1b1 edx=b2b2b2b2 ebx=b3b3b3b3 esp=0000b800 ebp=b5b5b5b5 esi=b6b6b6b6 edi=b7b7b7b7 cs=00000058",
        "SS null":
          "0a 0000 +0000 eax=b0b0b0b0 ecx=b1b1b1b1 edx=b2b2b2b2 ebx=b3b3b3b3 esp=0000b800 ebp=b5b5b5b5 esi=b6b6b6b6 edi=b7b7b7b7 ss=00000000",
        "SS is code":
          "0a 0008 +0000 eax=b0b0b0b0 ecx=b1b1b1b1 edx=b2b2b2b2 ebx=b3b3b3b3 esp=0000b800 ebp=b5b5b5b5 esi=b6b6b6b6 edi=b7b7b7b7 ss=00000008",
        "SS read-only":
          "0a 00c0 +0000 eax=b0b0b0b0 ecx=b1b1b1b1 edx=b2b2b2b2 ebx=b3b3b3b3 esp=0000b800 ebp=b5b5b5b5 esi=b6b6b6b6 edi=b7b7b7b7 ss=000000c0",
        "SS of ring 3":
          "0a 0030 +0000 eax=b0b0b0b0 ecx=b1b1b1b1 edx=b2b2b2b2 ebx=b3b3b3b3 esp=0000b800 ebp=b5b5b5b5 esi=b6b6b6b6 edi=b7b7b7b7 ss=00000030",
        "SS with RPL 3":
          "0a 0010 +0000 eax=b0b0b0b0 ecx=b1b1b1b1 edx=b2b2b2b2 ebx=b3b3b3b3 esp=0000b800 ebp=b5b5b5b5 esi=b6b6b6b6 edi=b7b7b7b7 ss=00000013",
        "SS beyond the table":
          "0a 1000 +0000 eax=b0b0b0b0 ecx=b1b1b1b1 edx=b2b2b2b2 ebx=b3b3b3b3 esp=0000b800 ebp=b5b5b5b5 esi=b6b6b6b6 edi=b7b7b7b7 ss=00001000",
        "DS absent":
          "0b 00c8 +0000 eax=b0b0b0b0 ecx=b1b1b1b1 edx=b2b2b2b2 ebx=b3b3b3b3 esp=0000b800 ebp=b5b5b5b5 esi=b6b6b6b6 edi=b7b7b7b7 ds=000000c8",
        "DS beyond the table":
          "0a 1000 +0000 eax=b0b0b0b0 ecx=b1b1b1b1 edx=b2b2b2b2 ebx=b3b3b3b3 esp=0000b800 ebp=b5b5b5b5 esi=b6b6b6b6 edi=b7b7b7b7 ds=00001000",
        "DS is a TSS":
          "0a 0050 +0000 eax=b0b0b0b0 ecx=b1b1b1b1 edx=b2b2b2b2 ebx=b3b3b3b3 esp=0000b800 ebp=b5b5b5b5 esi=b6b6b6b6 edi=b7b7b7b7 ds=00000050",
        "ES with RPL 3":
          "0a 0010 +0000 eax=b0b0b0b0 ecx=b1b1b1b1 edx=b2b2b2b2 ebx=b3b3b3b3 esp=0000b800 ebp=b5b5b5b5 esi=b6b6b6b6 edi=b7b7b7b7 es=00000013",
        "FS absent":
          "0b 00c8 +0000 eax=b0b0b0b0 ecx=b1b1b1b1 edx=b2b2b2b2 ebx=b3b3b3b3 esp=0000b800 ebp=b5b5b5b5 esi=b6b6b6b6 edi=b7b7b7b7 fs=000000c8",
        "GS beyond the table":
          "0a 1000 +0000 eax=b0b0b0b0 ecx=b1b1b1b1 edx=b2b2b2b2 ebx=b3b3b3b3 esp=0000b800 ebp=b5b5b5b5 esi=b6b6b6b6 edi=b7b7b7b7 gs=00001000",
        "SS and CS are wrong":
          "0a 0010 +0000 eax=b0b0b0b0 ecx=b1b1b1b1 edx=b2b2b2b2 ebx=b3b3b3b3 esp=0000b800 ebp=b5b5b5b5 esi=b6b6b6b6 edi=b7b7b7b7 cs=00000010 ss=00000000",
        "DS and ES are wrong":
          "0a 1008 +0000 eax=b0b0b0b0 ecx=b1b1b1b1 edx=b2b2b2b2 ebx=b3b3b3b3 esp=0000b800 ebp=b5b5b5b5 esi=b6b6b6b6 edi=b7b7b7b7 es=00001008 ds=00001000",
        "EIP beyond the limit":
          "0d 0000 +a39f eax=b0b0b0b0 ecx=b1b1b1b1 edx=b2b2b2b2 ebx=b3b3b3b3 esp=0000b800 ebp=b5b5b5b5 esi=b6b6b6b6 edi=b7b7b7b7 cs=00000018",
        "a task of virtual-8086 mode beyond 64 KiB":
          "0d 0000 +0000 eax=b0b0b0b0 ecx=b1b1b1b1 edx=b2b2b2b2 ebx=b3b3b3b3 esp=0000b800 ebp=b5b5b5b5 esi=b6b6b6b6 edi=b7b7b7b7 es=00001010 cs=00001000 ss=00001000 ds=00001013 fs=00008000 gs=0000ffff fl=00023002",
      },
    ),
    ...same("Intel SDM vol. 2, JMP: a task gate to a selector of the LDT is #GP; QEMU raises #TS", {
      "JMP by a gate to the LDT": "0d 0064 +0000",
    }),
    ...same("Intel SDM vol. 3A, 8.3: EFLAGS are saved and loaded as they are; QEMU's status flags are out of date", {
      "CALL and IRET, where the other stands": "end +0026 eax=00000001 ecx=13131313",
      "CR3 is loaded":
        "end +06b9 eax=22222222 ecx=b1b1b1b1 edx=b2b2b2b2 ebx=00202000 esp=0000b800 ebp=b5b5b5b5 esi=b6b6b6b6 edi=b7b7b7b7 gs=00000048",
      "CR3 is loaded back": "end +004d eax=00200000 ebx=11111111 gs=00000048 fl=00000046",
      "CR3 of a task of 16 bits stays":
        "end +05ae eax=00200000 ecx=1212c1c1 edx=13130000 ebx=14140000 esp=0000b600 ebp=15150000 esi=16160000 edi=1717c7c7 es=00000020 cs=00000018 ss=00000020 ds=00000020",
    }),
    ...same("Intel SDM vol. 3A, 8.6: a 16-bit TSS has no upper half of EFLAGS, which is cleared; QEMU leaves VM set", {
      "a task of virtual-8086 mode, and INT by a task gate":
        "0d 0000 +0005 eax=b0b0b0b0 ecx=b1b1b1b1 edx=b2b21234 ebx=b3b3b3b3 esp=0000b800 ebp=b5b5b5b5 esi=b6b6b6b6 edi=b7b7b7b7 es=00001010 cs=00001000 ss=00001000 ds=00001013 fs=00008000 gs=0000ffff fl=00023002",
    }),
    ...same(
      "Intel SDM vol. 3A, 8.3, step 5: the page of the TSS is missing from its first byte on; QEMU begins with CR3's field",
      {
        "a TSS on a page that is missing, CR2": "00160100",
      },
    ),
    ...same("Intel SDM vol. 3A, 4.7: what cannot be written is a page fault with W; QEMU reads the old TSS first", {
      "an old TSS half on a page that is missing": "0e 0002 +0031 eax=00000000 fl=00000046",
    }),
    ...same("Intel SDM vol. 3A, 8.2.1: T raises #DB behind the switch, DR6.BT set; QEMU has it not", {
      "the T bit":
        "01 +0000 eax=b0b0b0b0 ecx=b1b1b1b1 edx=b2b2b2b2 ebx=b3b3b3b3 esp=0000b800 ebp=b5b5b5b5 esi=b6b6b6b6 edi=b7b7b7b7",
      "DR6 after the T bit": "ffff8ff0",
    }),
    ...same("Intel SDM vol. 3B, 17.3.1.1: a fault leaves RF = 1 in its task's image; QEMU never does", {
      "a fault leaves RF in its task":
        "end +00de eax=00010002 ecx=b1b1b1b1 edx=b2b2b2b2 ebx=b3b3b3b3 esp=0000b800 ebp=b5b5b5b5 esi=b6b6b6b6 edi=b7b7b7b7 fl=00004002",
    }),
  ]),
  detection: new Map([
    ...same("AMD APM vol. 2, 13.1.1.3: bit 12 of DR6 reads as 0; QEMU keeps it", {
      "DR6 after ones": "end +000d eax=ffffffff ebx=ffffefff",
    }),
  ]),
  pae: new Map([
    ...same("Intel SDM vol. 3A, 4.7: RSVD = 1 comes with P = 1; QEMU 7.2 leaves P out", {
      "PAE bit 62 of an entry, ring 0 reads": "0e 0009 +0007 eax=00000048 fs=00000048",
      "PAE bit 62 of an entry, ring 3 writes": "0e 000f +0007 eax=00000063 fs=00000063",
      "PAE bit 62 of an entry, ring 3 executes": "0e 000d +ce71 cs=00000073",
      "PAE bit 63 without NXE, ring 0 reads": "0e 0009 +0007 eax=00000048 fs=00000048",
      "PAE bit 63 without NXE, ring 3 writes": "0e 000f +0007 eax=00000063 fs=00000063",
      "PAE bit 63 without NXE, ring 3 executes": "0e 000d +cadf cs=00000073",
    }),
  ]),
};
