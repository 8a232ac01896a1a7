/** Bits of the flags, of CR0 and EFER, and of this implementation's own words beside them. Source: AMD APM vol. 2, 3.1. */

export const CF = 0x0001;
export const PF = 0x0004;
export const AF = 0x0010;
export const ZF = 0x0040;
export const SF = 0x0080;
export const TF = 0x0100;
export const IF = 0x0200;
export const DF = 0x0400;
export const OF = 0x0800;
export const IOPL = 0x3000;
export const NT = 0x4000;
export const RF = 0x10000;
export const VM = 0x20000;
export const AC = 0x40000;
export const VIF = 0x80000;
export const VIP = 0x100000;
export const ID = 0x200000;
export const STATUS_FLAGS = CF | PF | AF | ZF | SF | OF;

export const CR0_PE = 1;
export const CR0_MP = 2;
export const CR0_EM = 4;
export const CR0_TS = 8;
export const CR0_ET = 16;
export const CR0_NE = 32;
export const CR0_WP = 0x10000;
export const CR0_AM = 0x40000;
export const CR0_NW = 0x20000000;
export const CR0_CD = 0x40000000;
export const CR0_PG = 0x80000000;

export const CR4_VME = 0x1;
export const CR4_PVI = 0x2;
export const CR4_TSD = 0x4;
export const CR4_DE = 0x8;
export const CR4_PSE = 0x10;
export const CR4_PAE = 0x20;
export const CR4_MCE = 0x40;
export const CR4_PGE = 0x80;
export const CR4_PCE = 0x100;
export const CR4_OSFXSR = 0x200;
export const CR4_OSXMMEXCPT = 0x400;
export const CR4_UMIP = 0x800;
export const CR4_LA57 = 0x1000;
export const CR4_FSGSBASE = 0x10000;
export const CR4_PCIDE = 0x20000;
export const CR4_OSXSAVE = 0x40000;
export const CR4_SMEP = 0x100000;
export const CR4_SMAP = 0x200000;
export const CR4_PKE = 0x400000;

/** Bits of SHADOW. */
export const SHADOW_STI = 1;
export const SHADOW_SS = 2;
export const SHADOWS = SHADOW_STI | SHADOW_SS;
export const NMI_BLOCKED = 4;
export const REPEATING = 8;
export const IN_SMM = 16;
export const NMI_WAS_BLOCKED = 32;

export const EFER_SCE = 0x001;
export const EFER_LME = 0x100;
export const EFER_LMA = 0x400;
export const EFER_NXE = 0x800;
export const INTR = 1;
export const NMI_PENDING = 2;
export const SMI_PENDING = 4;
export const INIT_PENDING = 8;
export const STARTUP_PENDING = 0x10;
/** Of the start-up message that waits. */
export const STARTUP_VECTOR = 0xff00;

/** Time-stamp counter per tick. */
export const TSC_PER_TICK = 10n;
