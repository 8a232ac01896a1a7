/**
 * Where things are in a machine's linear memory.
 *
 *     0x0000      never used, so that address 0 can mean "none"
 *     0x1000      processor 0: state (architecture: saved and hashed), then working fields and tables (derived)
 *     …           one PROCESSOR_BYTES a processor
 *     records     decoded instructions, RECORD_BYTES each; as many for each processor
 *     lines       one i64 a page of RAM: bit i, the 64-byte line i of the page holds decoded code
 *     RAM         from a 64 KiB boundary; ROMs above it
 *
 * Handlers get the processor's address as their first parameter; all offsets here are from it.
 */

/** General registers: 16 of 8 bytes. */
export const GPR = 0;
/** Always zero: the base or index of an operand that has none. */
export const ZERO = 128;
export const RIP = 136;
/**
 * Flags as a pair. RESULT (two words) carries ZF, SF and PF: ZF is (low word = 0), SF the high word's top bit, PF the even
 * parity of (lowest byte of both words). CARRY carries the rest: CF is bit 31, OF bit 31 xor bit 30, AF bit 3.
 */
export const RESULT = 144;
export const CARRY = 152;
/** TF, IF, DF, IOPL, NT, RF, VM, AC, VIF, VIP, ID at their places in EFLAGS. */
export const SYSTEM_FLAGS = 156;
/**
 * 1: stopped by HLT, waits for an interrupt; WAITS_FOR_STARTUP: after INIT, waits for a start-up message; by MWAIT, for a
 * store to the line that is watched, or for an interrupt though it be masked.
 */
export const HALTED = 160;
export const WAITS_FOR_STARTUP = 2;
export const WAITS_FOR_STORE = 3;
export const WAITS_FOR_STORE_OR_INTERRUPT = 4;
/**
 * What the last instruction blocks until the next boundary: bit 0 STI's, bit 1 MOV SS's shadow; bit 2 NMI until IRET;
 * bit 3: it stands between two elements of a repeated instruction; bit 4 in SMM, bit 5 NMI was blocked before.
 */
export const SHADOW = 164;
/** Not zero: shut down by a triple fault. */
export const SHUTDOWN = 168;
/** Level of the INTR input; what waits beside it: bit 1 NMI, 2 SMI, 3 INIT, 4 start-up with its vector in bits 15–8. */
export const INTERRUPT = 172;
/** Time-stamp counter's difference to ticks × TSC_PER_TICK, low and high word. */
export const TSC_OFFSET = 176;
/** Instructions retired since reset, those of a run in progress not yet included: for the performance counters. */
export const RETIRED = 184;
/** Of those, the ones at privilege level 3; at that level, what to add to all instructions retired to get it. */
export const RETIRED_USER = 192;
/** Bits of DR6 of a #DB that waits for the next boundary that lets it through. */
export const PENDING_DEBUG = 200;
/** Where system management mode begins and keeps the state (system/smm.ts). */
export const SMBASE = 204;

/** State of the generator that RDRAND and RDSEED draw from, 8 bytes. */
export const RANDOM = 248;

/** Segment registers ES CS SS DS FS GS, LDTR (6), TR (7): 32 bytes each. */
export const SEGMENTS = 256;
export const SEGMENT_BYTES = 32;
export const SEGMENT_SELECTOR = 0;
/** Bits 8–23 of a descriptor's second word, shifted right by 8: type, S, DPL, P, then limit's (zero), AVL, L, D, G. */
export const SEGMENT_ATTRIBUTES = 4;
export const SEGMENT_BASE = 8;
export const SEGMENT_LIMIT = 16;
/** Derived: below this offset 8 bytes can be read (written) without another look. */
export const SEGMENT_READ_END = 20;
export const SEGMENT_WRITE_END = 24;
/** Derived: bit 0, offsets are linear addresses to read from; bit 1, to write to as well. */
export const SEGMENT_FLAT = 28;
export const LDTR = 6;
export const TR = 7;

export const GDTR_BASE = 512;
export const GDTR_LIMIT = 520;
export const IDTR_BASE = 528;
export const IDTR_LIMIT = 536;
export const CR0 = 544;
export const CR2 = 552;
export const CR3 = 560;
export const CR4 = 568;
export const EFER = 576;
/** DR0–DR7, 8 bytes each. */
export const DR = 584;

/** x87: eight registers of 16 bytes (10 used), in physical order; then the words. */
export const X87 = 768;
export const X87_CONTROL = 896;
export const X87_STATUS = 898;
/** Two bits a physical register: 3 empty, 0 full. What a full one holds is found out when the tag word is stored. */
export const X87_TAG = 900;

/** Last x87 instruction: its address (8 bytes), its operand's address (8), their selectors (2 and 2), its opcode (2). */
export const X87_IP = 904;
export const X87_DP = 912;
export const X87_CS = 920;
export const X87_DS = 922;
export const X87_OPCODE = 924;
/** Not zero: the IGNNE# input; without CR0.NE pending exceptions are passed over. */
export const X87_IGNORED = 926;
export const MXCSR = 928;
export const PKRU = 932;
export const XCR0 = 936;
/** The four page-directory-pointer entries of PAE paging, 8 bytes each, as CR3's load read them. */
export const PDPTES = 944;

/** The line that MONITOR watches: its place in RAM, divided by 64, plus 1; 0: none. */
export const MONITORED = 1016;

/** XMM0–XMM15, 16 bytes each; the high halves of YMM0–YMM15 behind them, as XSAVE has them. */
export const XMM = 1024;
export const YMM_HIGH = 1280;

/** Model-specific registers, 8 bytes each, in the order of `system/msr.ts`. */
export const MSRS = 2048;
/** Performance counters: event select and value, 8 bytes each. */
export const PERFORMANCE = 3968;
/** Branches counted at privilege levels 0 to 2, and at 3, while a counter is on for them. */
export const BRANCHES = 4064;
export const BRANCHES_USER = 4072;

/** The architectural TLBs (tlb.ts). */
export const TLBS = 4096;
/** What the run cost (ledger.ts). */
export const LEDGER = 0x7600;
/** End of what is architecture. */
export const STATE_BYTES = 0x7800;

/** Working fields: not part of the machine's state. */
export const WORK = 0x8000;
/** Ticks left when generated code returned, before the exit's correction. */
export const LEFT_TICKS = WORK;
/** Why it returned: EXIT_*. */
export const EXIT = WORK + 4;
/** The record it stands at, for a fault or a re-decode. */
export const EXIT_RECORD = WORK + 8;
/**
 * They change with all that changes what an offset in CS means: GLOBAL_CODE_TAG where global pages of the TLB are concerned
 * as well. Entries of the jump table carry one of them.
 */
export const CODE_TAG = WORK + 12;
export const GLOBAL_CODE_TAG = WORK + 212;
/** Modes that are kept apart at one time; a mode's number takes as many values. It is the tag's lowest part. */
export const MAX_MODES = 4096;
/** Addresses of the read and the write table of the fast TLB. */
export const TLB_READ = WORK + 16;
export const TLB_WRITE = WORK + 20;
/** Not zero: something is to be looked at between two instructions that is not in the state: a stop, a breakpoint. */
export const UNQUIET = WORK + 24;
/** Not zero: paging is on, so that code on different pages is not linked but found by the jump table. */
export const PAGED = WORK + 28;
/** Bits of a canonical address below those that are all equal: 47, or 56 with five levels of paging (i64). */
export const CANONICAL_BITS = WORK + 32;
/** Not zero: protected mode, not virtual-8086 mode, with flat segments of 32 bits. */
export const FLAT32 = WORK + 44;
/** Kind of access (fasttlb.ts) now, and at privilege levels 0 to 2; not zero: CR0.AM and EFLAGS.AC are set. */
export const TLB_CLASS = WORK + 48;
export const INNER_CLASS = WORK + 52;
export const ALIGNS = WORK + 56;
/** Instructions count as those of privilege level 3; the level as the ledger knows it, −1: not yet. */
export const COUNTS_USER = WORK + 60;
/** 64 bytes that values wider than 32 bits, and slow accesses, cross by. */
export const SCRATCH = WORK + 64;
/** x87: a number of 16 bytes on its way to or from memory; the exceptions of a store that is not made yet. */
export const X87_SLOT = WORK + 128;
export const X87_PENDING = WORK + 144;
/** Operands of SSE operations in TypeScript, 16 bytes each; the result takes the first's place. */
export const MEDIA_A = WORK + 160;
export const MEDIA_B = WORK + 176;

export const CHARGED_RING = WORK + 192;
/** Ticks of the run where LEFT_TICKS would be 0; ticks of it that RETIRED does not have yet (as gatememory.ts asks). */
export const ENTRY_TICKS = WORK + 196;
export const UNRETIRED = WORK + 200;
/** How many software interrupts were noted, to be told; and may be: 0 where each is to be told at once. */
export const NOTE_COUNT = WORK + 204;
export const NOTE_ROOM = WORK + 208;

/**
 * Fast TLB: three pairs of tables (fasttlb.ts) of 4,096 entries of 16 bytes: i64 page address, i32 difference from linear
 * address to linear memory.
 */
export const FAST_TLB_ENTRIES = 4096;
export const FAST_TLB = WORK + 4096;
/** Segment loads that are remembered (segmentcache.ts), 128 bytes each; and what they are tagged with. */
export const SEGMENT_CACHE = WORK + 1024;
export const SEGMENT_CACHE_ENTRIES = 16;
export const SEGMENT_TAG = WORK + 40;
/** Jump table: entries of 16 bytes: i64 offset in CS, i32 code tag, i32 record. */
export const JUMP_ENTRIES = 16384;
export const JUMPS = FAST_TLB + 7 * FAST_TLB_ENTRIES * 16;
export const JUMPS_END = JUMPS + JUMP_ENTRIES * 16;
/** Pages of code found since CODE_TAG changed, 16 bytes: i64 page of offsets in CS, i32 code tag, i32 difference to linear memory. */
export const CODE_PAGES = JUMPS_END;
export const CODE_PAGE_ENTRIES = 512;
/** Interrupts and returns that are remembered (gatememory.ts). */
export const GATES = CODE_PAGES + CODE_PAGE_ENTRIES * 16;
export const GATE_ENTRIES = 32;
export const GATE_BYTES = 256;
export const RETURN_CODES = GATES + GATE_ENTRIES * GATE_BYTES;
export const RETURN_ENTRIES = 16;
export const RETURN_BYTES = 128;
export const RETURN_STACKS = RETURN_CODES + RETURN_ENTRIES * RETURN_BYTES;
/** Software interrupts noted, 32 bytes each: ticks of the run, vector, CS, EIP, AX. */
export const NOTES = RETURN_STACKS + RETURN_ENTRIES * RETURN_BYTES;
export const MAX_NOTES = 2048;
export const PROCESSOR_BYTES = NOTES + MAX_NOTES * 32;

export const FIRST_PROCESSOR = 0x1000;
/** 16 bytes that are always zero. */
export const NOTHING = 16;

export const EXIT_BUDGET = 0;
/** A fault that TypeScript has noted. */
export const EXIT_FAULT = 1;
/** The record's bytes were overwritten, or the instruction must be run alone: decode again from its address. */
export const EXIT_REDECODE = 2;
/** A system operation has set RIP. */
export const EXIT_SYSTEM = 3;
export const EXIT_BREAKPOINT = 4;
/** Raises the exception whose vector is in SCRATCH. */
export const EXIT_RAISE = 5;
/** Between two elements of a repeated instruction. */
export const EXIT_REPEATING = 6;

/** A record: one decoded instruction. */
export const RECORD_BYTES = 64;
export const R_HANDLER = 0;
/** Instructions from this one to the end of the block, it included. */
export const R_LEFT = 4;
export const R_RIP = 8;
/** Offsets from the processor of up to three register operands, and of base and index. */
export const R_REGISTER = 16; // three bytes
export const R_BASE = 19;
export const R_INDEX = 20;
export const R_SCALE = 21;
/** Offset of the memory operand's segment register, u16. */
export const R_SEGMENT = 22;
export const R_DISPLACEMENT = 24; // i32, or i64 with the next word
/** Of a block's first record: where its code is in linear memory; 0 elsewhere. */
export const R_HOST = 32;
export const R_LENGTH = 36;
/** Of a block's first record: how often it is still to be run before it is looked at, u8; its handler until then, u16. */
export const R_WARMTH = 37;
export const R_COLD_HANDLER = 38;
/** An x87 instruction has its 11-bit opcode here. */
export const R_IMMEDIATE = 40;
/** Branch target: offset in CS. */
export const R_TARGET = 48;
/** Records of the target and of the next instruction; 0: not linked. */
export const R_LINK_TARGET = 56;
export const R_LINK_NEXT = 60;
