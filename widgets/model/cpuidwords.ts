// CPUID's answers in words, where they are not feature bits. Source: AMD APM vol. 3, appendix E; Intel SDM vol. 2A, CPUID.
import type { CpuidLeaf } from "../../engine/index.ts";
import { hex } from "./number.ts";

/** A leaf's name as manuals write it: "7.0", "80000001". */
export function leafName({ leaf, index }: Pick<CpuidLeaf, "leaf" | "index">): string {
  return `${hex(leaf, leaf > 0xff ? 8 : 1)}${index > 0 ? `.${hex(index)}` : ""}`;
}

function text(words: readonly number[]): string {
  const codes = words.flatMap((word) => [0, 8, 16, 24].map((shift) => (word >>> shift) & 0xff));
  return String.fromCharCode(...codes.filter((code) => code >= 32 && code < 127)).trim();
}

const titles: Readonly<Record<number, string>> = {
  0x0: "largest leaf, and the vendor",
  0x1: "family, model, stepping; features",
  0x2: "cache descriptors",
  0x4: "caches",
  0x5: "MONITOR and MWAIT",
  0x6: "power management",
  0x7: "more features",
  0xb: "topology",
  0xd: "extended states",
  0x80000000: "largest extended leaf, and the vendor",
  0x80000001: "extended features",
  0x80000002: "name, first part",
  0x80000003: "name, second part",
  0x80000004: "name, third part",
  0x80000005: "first-level caches",
  0x80000006: "second-level caches",
  0x80000007: "power management",
  0x80000008: "widths of addresses",
};

/** What the leaf is about. */
export const leafTitle = ({ leaf }: Pick<CpuidLeaf, "leaf">): string => titles[leaf] ?? "";

/** What an answer says besides its feature bits; empty where there is nothing to read. */
export function leafWords({ leaf, answer }: CpuidLeaf): string {
  const [eax, ebx, ecx, edx] = answer;
  switch (leaf) {
    case 0:
    case 0x80000000:
      return `“${text([ebx, edx, ecx])}”; leaves up to ${hex(eax)}`;
    case 1: {
      const family = (eax >>> 8) & 15;
      const extended = family === 15 ? family + ((eax >>> 20) & 0xff) : family;
      const model = ((eax >>> 4) & 15) | (family === 6 || family === 15 ? (eax >>> 12) & 0xf0 : 0);
      return `family ${hex(extended)}h, model ${hex(model)}h, stepping ${eax & 15}; local APIC ID ${ebx >>> 24}`;
    }
    case 0x80000002:
    case 0x80000003:
    case 0x80000004:
      return `“${text([eax, ebx, ecx, edx])}”`;
    case 0x80000008:
      return `physical addresses of ${eax & 0xff} bits${(eax >>> 8) & 0xff ? `, linear ones of ${(eax >>> 8) & 0xff}` : ""}`;
    default:
      return "";
  }
}
