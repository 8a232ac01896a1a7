/**
 * CPUID: what a processor says of itself. A function of its model, its place among the processors and the few control
 * bits that show here. Leaves: 0, 1, 2, 4, 5, 6, 7, 0Ah, 0Bh, 0Dh, 80000000h–80000008h; caches are those that QEMU 7.2
 * tells of. Beyond the largest leaf an Intel processor answers as for the largest basic one, AMD's with zeros.
 * Source: Intel SDM vol. 2A, CPUID; AMD APM vol. 3, appendix E.
 */
import { FEATURE_BITS, type FeatureWord } from "../isa/features.ts";
import type { Model } from "./models.ts";

/** EAX, EBX, ECX, EDX. */
export type CpuidAnswer = readonly [number, number, number, number];

/** What an answer depends on besides the model. */
export interface CpuidPlace {
  /** Of this processor's local APIC. */
  readonly apicId: number;
  /** Processors of the machine, each a core of one package. */
  readonly processors: number;
  readonly CR4: number;
  readonly XCR0: number;
  /** IA32_XSS: what XSAVES saves besides. */
  readonly XSS: number;
  /** The local APIC is on (IA32_APIC_BASE bit 11). */
  readonly apicEnabled: boolean;
}

const NONE: CpuidAnswer = [0, 0, 0, 0];

/** Copies of CR4.OSXSAVE in leaf 1 and of CR4.PKE in leaf 7, both ECX. */
const CR4_OSXSAVE = 1 << 18;
const OSXSAVE = 1 << 27;
const CR4_PKE = 1 << 22;
const OSPKE = 1 << 4;
const APIC = 1 << 9;
const HTT = 1 << 28;
const CMP_LEGACY = 2;
/** Bits of 1.EDX that AMD repeats in 80000001.EDX. */
const REPEATED = 0x0183f3ff;

/** Areas of XSAVE's standard form: x87 and SSE are its first 576 bytes; PKRU is component 9. */
const LEGACY_AND_HEADER = 576;
const PKRU = { component: 9, offset: 0xa80, bytes: 8 };

function featureWord(model: Model, word: FeatureWord): number {
  let value = 0;
  for (const f of model.features) {
    const place = FEATURE_BITS.get(f);
    if (place?.word === word) value |= 1 << place.bit;
  }
  return value >>> 0;
}

function textWords(text: string, from: number): CpuidAnswer {
  const word = (at: number) => [0, 1, 2, 3].reduce((v, i) => v | ((text.charCodeAt(at + i) || 0) << (8 * i)), 0) >>> 0;
  return [word(from), word(from + 4), word(from + 8), word(from + 12)];
}

/** The largest leaf, then the vendor in EBX, EDX, ECX. */
function vendorLeaf(model: Model, largest: number): CpuidAnswer {
  const [b, d, c] = textWords(model.vendor, 0);
  return [largest, b, c, d];
}

/** MAXPHYADDR: bits of a physical address; those above it are reserved in page tables. */
export function physicalAddressBits({ features, physicalBits }: Model): number {
  return physicalBits ?? (features.has("LM") ? 40 : features.has("PSE36") || features.has("PAE") ? 36 : 32);
}

function isAmd(model: Model): boolean {
  return model.vendor === "AuthenticAMD";
}

/** Leaf 4 of the deterministic caches: L1 data, L1 instruction, L2, L3. */
function cacheLeaf(index: number, processors: number): CpuidAnswer {
  const cores = (Math.min(64, processorSlots(processors)) - 1) << 26;
  const shared = (processorSlots(processors) - 1) << 14;
  const caches: readonly CpuidAnswer[] = [
    [0x121, 0x01c0003f, 63, 1],
    [0x122, 0x01c0003f, 63, 1],
    [0x143, 0x03c0003f, 4095, 1],
    [0x163 | shared, 0x03c0003f, 16383, 6],
  ];
  const cache = caches[index];
  return cache ? [(cache[0] | cores) >>> 0, cache[1], cache[2], cache[3]] : NONE;
}

/** APIC IDs that are set aside for the processors: the next power of two. */
function processorSlots(processors: number): number {
  return 2 ** Math.ceil(Math.log2(processors));
}

function extendedStates(model: Model): number {
  return model.features.has("PKU") ? 3 | (1 << PKRU.component) : 3;
}

/** Bytes that `states` (bits of XCR0 and IA32_XSS) take, in the standard or the compacted form. */
export function saveAreaBytes(states: number, compacted: boolean): number {
  if (!(states & (1 << PKRU.component))) return LEGACY_AND_HEADER;
  return (compacted ? LEGACY_AND_HEADER : PKRU.offset) + PKRU.bytes;
}

function saveLeaf(model: Model, index: number, place: CpuidPlace): CpuidAnswer {
  if (!model.features.has("XSAVE")) return NONE;
  const states = extendedStates(model);
  if (index === 0) return [states, saveAreaBytes(place.XCR0, false), saveAreaBytes(states, false), 0];
  if (index === 1) {
    const features = featureWord(model, "D.1.EAX");
    const compacts = model.features.has("XSAVEC") || model.features.has("XSAVES");
    return [features, compacts ? saveAreaBytes(place.XCR0 | place.XSS, true) : 0, 0, 0];
  }
  return index === PKRU.component && states >> PKRU.component ? [PKRU.bytes, PKRU.offset, 0, 0] : NONE;
}

function basicLeaf(model: Model, leaf: number, index: number, place: CpuidPlace): CpuidAnswer {
  const { features } = model;
  switch (leaf) {
    case 0:
      return vendorLeaf(model, model.level);
    case 1: {
      const several = place.processors > 1;
      const clflush = 8 << 8;
      const b = clflush | (several ? place.processors << 16 : 0) | (place.apicId << 24);
      const c = featureWord(model, "1.ECX") | (place.CR4 & CR4_OSXSAVE && features.has("XSAVE") ? OSXSAVE : 0);
      const d = featureWord(model, "1.EDX") & ~(place.apicEnabled ? 0 : APIC);
      return [model.signature, b >>> 0, c >>> 0, (d | (several ? HTT : 0)) >>> 0];
    }
    case 2:
      return isAmd(model) ? NONE : [1, 0, 0x4d, 0x2c307d];
    case 4:
      return isAmd(model) ? NONE : cacheLeaf(index, place.processors);
    case 5:
      // Lines of 64 bytes; ECX: interrupts end MWAIT even where they are masked.
      return features.has("MONITOR") ? [64, 64, 3, 0] : NONE;
    case 6:
      return [featureWord(model, "6.EAX"), 0, 0, 0];
    case 7:
      if (index !== 0) return NONE;
      return [
        0,
        featureWord(model, "7.0.EBX"),
        (featureWord(model, "7.0.ECX") | (place.CR4 & CR4_PKE && features.has("PKU") ? OSPKE : 0)) >>> 0,
        featureWord(model, "7.0.EDX"),
      ];
    case 0xb: {
      const bits = Math.log2(processorSlots(place.processors));
      if (index === 0) return [0, 1, 0x100, place.apicId];
      if (index === 1) return [bits, place.processors, 0x201, place.apicId];
      return [0, 0, index & 0xff, place.apicId];
    }
    case 0xd:
      return saveLeaf(model, index, place);
    default:
      return NONE;
  }
}

function extendedLeaf(model: Model, leaf: number, place: CpuidPlace): CpuidAnswer {
  const { features } = model;
  switch (leaf) {
    case 0x80000000:
      return vendorLeaf(model, model.extendedLevel);
    case 0x80000001: {
      const repeated = isAmd(model) ? featureWord(model, "1.EDX") & REPEATED & ~(place.apicEnabled ? 0 : APIC) : 0;
      const c = featureWord(model, "80000001.ECX") | (place.processors > 1 && isAmd(model) ? CMP_LEGACY : 0);
      return [model.signature, 0, c >>> 0, (featureWord(model, "80000001.EDX") | repeated) >>> 0];
    }
    case 0x80000002:
    case 0x80000003:
    case 0x80000004:
      return textWords(model.brand, (leaf - 0x80000002) * 16);
    case 0x80000005:
      return [0x01ff01ff, 0x01ff01ff, 0x40020140, 0x40020140];
    case 0x80000006:
      return [0, 0x42004200, 0x02008140, 0x00808140];
    case 0x80000007:
      return [0, 0, 0, featureWord(model, "80000007.EDX")];
    case 0x80000008: {
      const linear = features.has("LA57") ? 57 : 48;
      const physical = physicalAddressBits(model);
      const widths = features.has("LM") ? physical | (linear << 8) : physical;
      const slots = Math.log2(processorSlots(place.processors));
      const cores = place.processors > 1 ? (place.processors - 1) | (slots << 12) : 0;
      return [widths, featureWord(model, "80000008.EBX"), cores, 0];
    }
    default:
      return NONE;
  }
}

/** What CPUID answers for EAX = `leaf` and ECX = `index`. */
export function cpuid(model: Model, leaf: number, index: number, place: CpuidPlace): CpuidAnswer {
  if (leaf >= 0x80000000 && leaf <= model.extendedLevel) return extendedLeaf(model, leaf, place);
  if (leaf <= model.level) return basicLeaf(model, leaf, index, place);
  return isAmd(model) ? NONE : basicLeaf(model, model.level, index, place);
}
