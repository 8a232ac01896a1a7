/** Where QEMU's long mode is known to be wrong: as differences.ts, for the guests whose names begin with `long`. */
import type { Difference } from "./differences.ts";

const VECTOR =
  "Intel SDM vol. 3A, 6.13: the index in an error code is the vector, and EXT says what came from outside; QEMU 7.2 doubles the one and omits the other";
const STRADDLE =
  "AMD APM vol. 2, 5.3.1: an access that ends beyond the canonical addresses is #GP; QEMU looks at its first byte";
const STACK = "AMD APM vol. 2, 8.2.13: an address on the stack that is not canonical is #SS; QEMU makes it #GP";
const TARGET =
  "AMD APM vol. 3, JMP, CALL, RET, IRET: a target that is not canonical is #GP of the transfer; QEMU goes there first";
const GATE =
  "Intel SDM vol. 2, INT n, CALL: a gate's offset that is not canonical is #GP before anything is pushed; QEMU goes there first";
const NULLS =
  "Intel SDM vol. 2, MOV, IRET: a null SS is for 64-bit code alone, and its RPL must be the privilege level; QEMU omits both";
const SIZES = "Intel SDM vol. 2, JMP, RET, IRET: a code segment with L and D is #GP; QEMU takes it";
const LIMITS =
  "AMD APM vol. 2, 4.12.1: offsets in compatibility mode are checked against the segment's limit; QEMU omits it";
const ABSENT = "Intel SDM vol. 2, IRET: an absent stack segment is #SS; QEMU makes it #NP";
const VM = "Intel SDM vol. 2, IRET: long mode ignores VM; QEMU enters virtual-8086 mode";
const RING1 =
  "AMD APM vol. 2, 8.9.3: an interrupt to a more privileged level changes the stack; QEMU takes a null SS for level 0";
const RIP = "Intel SDM vol. 3A, 6.5: a fault's RIP is that of its instruction; QEMU 7.2 has that of its block's first";
const WIDE = "Intel SDM vol. 2, LDS: with REX.W the offset has 64 bits; QEMU reads 32, as AMD's processors do";
const SYSTEM =
  "AMD APM vol. 2, 4.8.3: long mode has no TSS and gates of 16 bits, and bases must be canonical; QEMU omits it";
const LAR = "Intel SDM vol. 2, LAR: bits 19–16 are not defined; hardware has the limit's there";
const TABLES = "AMD APM vol. 3, LGDT: a base that is not canonical is #GP(0); QEMU takes it";
const FLAGS = "AMD APM vol. 3, SYSCALL: RFLAGS is masked by SFMASK alone; QEMU loses the status flags";
const SFMASK = "AMD APM vol. 2, 6.1.1: SFMASK has 32 bits";
const UPDATE =
  "Intel SDM vol. 3A, 4.7: what reads and then writes is checked as a write, error code bit 1 is set; QEMU reads first";
const CHECKED = "AMD APM vol. 3, CLFLUSH, MONITOR: checked as a load of a byte; QEMU omits it";
const RSVD = "Intel SDM vol. 3A, 4.7: bit 3 of the error code comes with bit 0; QEMU 7.2 sets it alone in long mode";
const CONTEXTS =
  "Intel SDM vol. 3A, 4.10.1, 4.10.4; vol. 2, INVPCID: hardware may keep what is not dropped, and ours does; QEMU 7.2 has none";
const RDPID = "AMD APM vol. 3, RDPID; QEMU 7.2's processor lacks it";
const CANONICAL =
  "AMD APM vol. 2, 6.1.1; Intel SDM vol. 4: an address in a model-specific register must be canonical; QEMU takes any";
const SYSRET = "Intel SDM vol. 2, SYSRET: RFLAGS becomes R11 AND 3C7FD7h; QEMU sets VM and drops VIF and VIP";
const SYSENTER = "AMD APM vol. 3, SYSENTER, SYSEXIT: #UD in long mode; QEMU has them in compatibility mode";
const OVERRIDE =
  "AMD APM vol. 3, 1.2.4: overrides with CS, DS, ES and SS are ignored in 64-bit mode; QEMU adds their base";
const RESERVED = "Intel SDM vol. 2, MOV CRn: reserved bits of CR0's low half are ignored; QEMU stores them";
const UNDEFINED =
  "AMD APM vol. 2, 8.2.7: #UD for a register that is not there comes before privilege; QEMU asks for that first";
const CR = "AMD APM vol. 2, 3.1, 14.6; Intel SDM vol. 2, MOV CRn: #GP(0); QEMU takes the value";
const EFER =
  "AMD APM vol. 2, 3.1.7: reserved bits are #GP(0), and so is a change of LME under paging; QEMU ignores them";
const MSR =
  "Intel SDM vol. 4; AMD APM vol. 2, appendix A: a register that is not there, or a value that it does not take, is #GP(0); QEMU takes all";
const TSC = "AMD APM vol. 2, 13.2.4: the time-stamp counter can be written; QEMU's goes on from where it was";
const COUNT = "AMD APM vol. 2, 13.2.1: there are counters, and they count; QEMU has none";

const same = (why: string, says: Record<string, string>): [string, Difference][] =>
  Object.entries(says).map(([name, text]) => [name, { says: text, why }]);

/** By guest, then by attempt. */
export const LONG_DIFFERENCES: Readonly<Record<string, ReadonlyMap<string, Difference>>> = {
  long: new Map([
    ...same(VECTOR, {
      "INT without the right": "0d 0102 +0000 @dfd0",
      "INT without the right, compatibility": "0d 0102 +0000 @dfd0",
      "INT3 without the right": "0d 001a +0000 @dfd0",
      "a gate of 16 bits": "0d 0202 +0000 @dfd0",
      "a trap gate of 16 bits": "0d 020a +0000 @efd0",
      "a task gate": "0d 0212 +0000 @efd0",
      "a call gate": "0d 021a +0000 @efd0",
      "a gate of no kind": "0d 0222 +0000 @efd0",
      "a gate that is a segment": "0d 022a +0000 @efd0",
      "an absent gate": "0b 0232 +0000 @efd0",
      "a vector beyond the table": "0d 0402 +0000 @efd0",
      "a vector beyond the table, ring 3": "0d 07fa +0000 @dfd0",
      "an interrupt whose gate is of no kind": "0d 0303 +0001 @efd0 fl=202",
    }),
    ...same(STRADDLE, {
      "#GP by a store": "0d 0000 +000a @efd0 rax=7ffffffffffd",
    }),
    ...same(STACK, {
      "#SS by RSP": "0c 0000 +000a @c0d0 rsp=900000000000",
      "#SS by POP": "0c 0000 +000a @c0d0 rsp=900000000000",
      "#SS by RBP": "0c 0000 +000a @c0d0 rbp=900000000000",
      "#SS by CALL": "0c 0000 +000a @c0d0 rsp=900000000000",
      "#SS by RET": "0c 0000 +000a @c0d0 rsp=900000000000",
      "IRETQ from a stack that is not canonical": "0c 0000 +000a @c0d0 rsp=900000000000",
    }),
    ...same(TARGET, {
      "#GP by a jump": "0d 0000 +000a @efd0 rax=800000000000",
      "#GP by a call": "0d 0000 +000a @efd0 rax=800000000000",
      "#GP by RET": "0d 0000 +000b @efc0 rax=800000000000 rsp=1eff8",
      "IRETQ to what is not canonical": "0d 0000 +001e @efa0 rax=800000000000 rsp=1efd8",
    }),
    ...same(GATE, {
      "a gate to what is not canonical": "0d 0000 +0000 @efd0",
      "a gate to what is not canonical, ring 3": "0d 0000 +0000 @dfd0",
    }),
    ...same(NULLS, {
      "IRETQ with a null SS to compatibility mode": "0d 0000 +0010 @efa0 rsp=1efd8",
    }),
    ...same(SIZES, {
      "IRETQ to code with L and D": "0d 0088 +0013 @efa0 rsp=1efd8",
    }),
    ...same(LIMITS, {
      "IRETQ beyond the limit of compatibility mode": "0d 0000 +0013 @efa0 rsp=1efd8",
    }),
    ...same(ABSENT, {
      "IRETQ with an absent SS": "0c 0098 +0013 @c0d0 rsp=1efd8",
    }),
    ...same(VM, {
      "IRETD with VM, compatibility mode": "end +000f @efd8",
    }),
  ]),
  longfar: new Map([
    ...same(TARGET, {
      "LJMP of 64 bits, not canonical": "0d 0000 +001a @efd0 rax=800000000000",
      "LCALL to what is not canonical keeps RSP": "0d 0000 +001a @efd0 rax=800000000000",
      "LRETQ to what is not canonical": "0d 0000 +000d @efc0 rax=800000000000 rsp=1eff0",
    }),
    ...same(SIZES, {
      "LJMP to L and D": "0d 0088 +0013 @efd0",
      "LJMP to L and D, compatibility": "0d 0088 +0000 @efd0",
      "LRETQ to L and D": "0d 0088 +000a @efc0 rsp=1eff0",
    }),
    ...same(RING1, {
      "LCALL through a gate to ring 1": "end +eef9 @dfd8 rsp=1e4e8 cs=a1 ss=1",
    }),
    ...same(GATE, {
      "LCALL through a gate to what is not canonical": "0d 0000 +0013 @dfd0",
    }),
    ...same(RIP, {
      "LCALL to a stack that is not canonical": "0c 0000 +0013 @c0d0",
    }),
    ...same(NULLS, {
      "null with RPL 3 into SS": "0d 0000 +0005 @efd0 rax=3",
    }),
    ...same(WIDE, {
      "LFS of 64 bits": "end +002b @efd8 rax=ffff800000000000 fs=40",
    }),
    ...same(LIMITS, {
      "a load beyond the limit, compatibility": "0d 0000 +0007 @efd0 rax=20 ds=20",
    }),
    ...same(SYSTEM, {
      "LLDT of what is not canonical": "0d 01d0 +0005 @efd0 rax=1d0",
      "LTR of a TSS of 16 bits": "0d 0190 +0005 @efd0 rax=190",
      "LTR of what is not canonical": "0d 01a0 +0005 @efd0 rax=1a0",
      "LAR of a call gate of 16 bits": "end +000a @efd8 rcx=170",
      "LAR of a task gate": "end +000a @efd8 rcx=178",
      "LAR of a TSS of 16 bits": "end +000a @efd8 rcx=190",
      "LSL of a TSS of 16 bits": "end +000a @efd8 rcx=190",
    }),
    ...same(LAR, {
      "LAR of a call gate": "end +000a @efd8 rax=1ec00 rcx=d0 fl=42",
      "LAR of code": "end +000b @efd8 rax=af9b00 rcx=38 fl=42",
    }),
    ...same(STACK, {
      "LEAVE from what is not canonical": "0c 0000 +000a @c0d0 rbp=900000000000",
    }),
    ...same(TABLES, {
      "LGDT of what is not canonical": "0d 0000 +0011 @efd0 rax=8000000000001234",
    }),
  ]),
  longcalls: new Map([
    ...same(FLAGS, {
      "SYSCALL keeps what SFMASK does not name": "end +000a @dfd8 rcx=11e63 rbx=8d7 r11=8d7 fl=8d7",
      "SYSCALL to the high half": "end +001e @efd8 rax=11f8e rcx=11f8e rdx=0 rdi=ffff800000011f8e r11=46 fl=46",
    }),
    ...same(SFMASK, {
      "SFMASK has 32 bits": "end +0009 @efd8 rax=ffffffff rcx=c0000084 rdx=0",
    }),
    ...same(CANONICAL, {
      "LSTAR that is not canonical": "0d 0000 +000c @c0d0 rax=0 rcx=c0000082 rdx=8000 fl=46",
      "CSTAR that is not canonical": "0d 0000 +000c @c0d0 rax=0 rcx=c0000083 rdx=8000 fl=46",
      "SYSENTER_EIP that is not canonical": "0d 0000 +000c @c0d0 rax=0 rcx=176 rdx=8000 fl=46",
      "GS_BASE that is not canonical": "0d 0000 +000c @c0d0 rax=0 rcx=c0000101 rdx=8000 fl=46",
      "KERNEL_GS_BASE that is not canonical": "0d 0000 +000c @c0d0 rax=0 rcx=c0000102 rdx=8000 fl=46",
    }),
    ...same(SYSRET, {
      "SYSRETQ sets all flags but VM and RF": "end +0012 @dfd8 rcx=12208 r11=fffffeff cs=5b ss=53 fl=3c7ed7",
      "SYSRET, compatibility": "01 +0007 @dfd8 rcx=122af cs=4b ss=53 fl=181b13",
    }),
    ...same(SYSENTER, {
      "SYSENTER, compatibility": "06 +0000 @c1d8",
      "SYSEXIT, compatibility": "06 +000a @c1d8 rcx=1cf00 rdx=12600",
    }),
    ...same(OVERRIDE, {
      "DS with an override has no base": "end +0011 @efd8 rax=49474542 rbx=10116 ds=10",
    }),
  ]),
  longsystem: new Map([
    ...same(RESERVED, {
      "CR0 ignores reserved bits": "end +0019 @efd8 rax=9ff00011 rcx=80000011 rbx=0 fl=46",
    }),
    ...same(UNDEFINED, {
      "CR5 in ring 3": "06 +0000 @dfd8",
    }),
    ...same(CR, {
      "CR8 of 16": "0d 0000 +0005 @efd0 rax=10",
      "CR0 without PG": "0d 0000 +0008 @efd0 rax=11 fl=3",
      "CR0 without PE": "0d 0000 +000b @efd0 rax=80000010",
      "CR0 with NW without CD": "0d 0000 +000f @efd0 rax=a0000011 fl=6",
      "CR0 with bit 32": "0d 0000 +0008 @efd0 rax=180000011",
      "CR0 with bit 63": "0d 0000 +0008 @efd0 rax=8000000080000011",
      "CR3 with bit 51": "0d 0000 +0008 @efd0 rax=8000000100000",
      "CR3 with bit 40": "0d 0000 +0008 @efd0 rax=10000100000",
      "CR3 with bit 63": "0d 0000 +0008 @efd0 rax=8000000000100000",
      "CR4 without PAE": "0d 0000 +000b @efd0 rax=0 fl=46",
      "CR4 with bit 31": "0d 0000 +0008 @efd0 rax=80000020",
      "CR4 with bit 32": "0d 0000 +0008 @efd0 rax=100000020",
      "CR4 with bit 15": "0d 0000 +0008 @efd0 rax=8020",
      "CR4.LA57 in long mode": "0d 0000 +0008 @efd0 rax=1020",
      "PG with LME but without PAE": "end +006b @efd8 rax=80000011 rcx=c0000080 rdx=bad rbx=0 fl=86",
      "PG without LME, a PDPTE with reserved bits": "end +0073 @efd8 rax=80000011 rcx=c0000080 rdx=bad rbx=0 fl=86",
      "PG with LME and CS.L": "end +006d @efd8 rax=80000011 rcx=c0000080 rdx=bad rbx=0 fl=86",
      "PG with LME and a TSS of 16 bits": "end +007a @efd8 rax=80000011 rcx=c0000080 rdx=bad rbx=0 fl=86",
    }),
    ...same(EFER, {
      "EFER without LME": "0d 0000 +000f @efd0 rax=401 rcx=c0000080 rdx=0",
      "EFER with bit 1": "0d 0000 +000f @efd0 rax=503 rcx=c0000080 rdx=0",
      "EFER with bit 9": "0d 0000 +000f @efd0 rax=701 rcx=c0000080 rdx=0",
      "EFER with bit 63": "0d 0000 +000f @efd0 rax=501 rcx=c0000080 rdx=80000000",
    }),
    ...same(MSR, {
      "PAT with a bad type": "0d 0000 +000f @efd0 rax=70402 rcx=277 rdx=70406",
      "PAT with a reserved bit": "0d 0000 +000f @efd0 rax=70408 rcx=277 rdx=70406",
      "MTRRcap, written": "0d 0000 +000f @efd0 rax=0 rcx=fe rdx=0",
      "a variable range with a bad type": "0d 0000 +000f @efd0 rax=2 rcx=20e rdx=0",
      "a variable range beyond physical memory": "0d 0000 +000f @efd0 rax=0 rcx=20e rdx=100",
      "a fixed range with a bad type": "0d 0000 +000f @efd0 rax=7 rcx=250 rdx=0",
      "the default type with a bad one": "0d 0000 +000f @efd0 rax=c02 rcx=2ff rdx=0",
      "the default type with a reserved bit": "0d 0000 +000f @efd0 rax=1c00 rcx=2ff rdx=0",
      "a range that is not there": "0d 0000 +000f @efd0 rax=0 rcx=212 rdx=0",
      "MCG_CTL of something": "0d 0000 +000f @efd0 rax=1 rcx=17b rdx=0",
      "MC0_STATUS of something": "0d 0000 +000f @efd0 rax=1 rcx=401 rdx=0",
      "no register 12345678": "0d 0000 +0005 @efd0 rcx=12345678",
      "no register C0000085": "0d 0000 +0005 @efd0 rcx=c0000085",
      "no register 12345678, written": "0d 0000 +000f @efd0 rax=0 rcx=12345678 rdx=0",
    }),
    ...same(TSC, {
      "TSC, written": "end +001f @efd8 rax=0 rcx=10 rdx=1",
    }),
    ...same(COUNT, {
      "RDPMC of a counter that is not there": "0d 0000 +0005 @efd0 rcx=123",
      "a counter counts instructions": "end +0039 @efd8 rax=7 rcx=c0010004 rdx=0 fl=46",
    }),
  ]),
  longguards: new Map([
    ...same(UPDATE, {
      "an update of a user page with SMAP": "0e 0003 +0000 @efd0",
    }),
    ...same(CHECKED, {
      "CLFLUSH of a user page with SMAP": "0e 0001 +0000 @efd0",
      "MONITOR of what is not mapped": "0e 0000 +000c @efd0 rax=7000000 rcx=0 rdx=0 fl=46",
      "MONITOR of what is not canonical": "0d 0000 +000e @efd0 rax=800000000000 rcx=0 rdx=0 fl=46",
    }),
    ...same(RSVD, {
      "bit 63 is reserved without EFER.NXE": "0e 0009 +0000 @efd0",
      "bit 13 of it is reserved": "0e 0009 +0000 @efd0",
    }),
    ...same(CANONICAL, {
      "WRFSBASE that is not canonical": "0d 0000 +000a @efd0 rbx=800000000000",
    }),
    ...same(CONTEXTS, {
      "PCIDE is not set while CR3 has flags": "0d 0000 +000f @efd0 rax=20020",
      "INVPCID of a context without PCIDE": "0d 0000 +0027 @efd0 rax=0",
      "INVPCID of context 0 without PCIDE": "end +0060 @efd8 rax=0 rcx=600d rdx=beef rbx=600d",
      "contexts have translations of their own": "end +006c @efd8 rax=100001 rcx=beef rdx=600d rbx=600d rsi=beef",
      "CR3 without bit 63 drops its context alone": "end +0079 @efd8 rax=100001 rcx=600d rdx=beef rbx=600d rsi=600d",
      "INVPCID 0 drops an address of a context": "end +00a9 @efd8 rax=100002 rcx=600d rdx=600d rbx=600d rsi=beef",
      "INVPCID 1 drops a context": "end +00a9 @efd8 rax=100002 rcx=600d rdx=600d rbx=600d rsi=beef",
      "INVPCID 2 drops all": "end +00a9 @efd8 rax=100002 rcx=600d rdx=beef rbx=600d rsi=beef",
      "INVPCID 3 drops all but global ones": "end +00a9 @efd8 rax=100002 rcx=600d rdx=beef rbx=600d rsi=beef",
      "INVPCID 4": "0d 0000 +0027 @efd0 rax=4",
      "INVPCID of context 1000h": "0d 0000 +0027 @efd0 rax=1",
      "INVPCID 2 of context 1000h": "0d 0000 +0027 @efd0 rax=2",
      "INVPCID 0 of what is not canonical": "0d 0000 +0027 @efd0 rax=0",
    }),
    ...same(RDPID, {
      "RDPID loads TSC_AUX": "end +0006 @efd8 rbx=12345",
    }),
  ]),
};
