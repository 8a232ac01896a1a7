import { expect, test } from "vitest";
import { decode } from "./decode.ts";
import { FEATURE_BITS, type Feature, featureNamed } from "./features.ts";
import { randomBytes, randomFrom } from "./samples.ts";
import { TABLE } from "./table.ts";

test("an instruction whose feature a processor lacks is not decoded as it: #UD, or what older processors made of it", () => {
  const random = randomFrom(5);
  const features = new Set<Feature>(TABLE.map((row) => row.feature));
  for (const codeBits of [16, 32, 64] as const) {
    for (const row of TABLE) {
      const lacking = new Set([...features].filter((f) => f !== row.feature));
      for (const encoding of row.encodings) {
        for (let n = 0; n < 8; n++) {
          const bytes = randomBytes(encoding, codeBits, random);
          const d = decode((i) => bytes[i] ?? -1, 0n, { codeBits, protectedMode: true, features: lacking });
          if (!("fault" in d)) expect(d.row.feature, `${row.name}, ${encoding.text}`).not.toBe(row.feature);
        }
      }
    }
  }
});

test("without LZCNT, F3 0F BD is BSR; without LAHF_LM, LAHF is #UD in 64-bit code and stays in 32-bit code", () => {
  const without = (f: Feature) =>
    new Set<Feature>([...FEATURE_BITS.keys(), "8086", "386"].filter((g) => g !== f) as Feature[]);
  const name = (codeBits: 32 | 64, f: Feature, ...bytes: number[]) => {
    const d = decode((i) => bytes[i] ?? -1, 0n, { codeBits, protectedMode: true, features: without(f) });
    return "fault" in d ? d.fault : d.row.name;
  };
  expect(name(64, "AVX", 0xf3, 0x0f, 0xbd, 0xc1)).toBe("LZCNT");
  expect(name(64, "LZCNT", 0xf3, 0x0f, 0xbd, 0xc1)).toBe("BSR");
  expect([name(64, "LAHF_LM", 0x9f), name(32, "LAHF_LM", 0x9f), name(64, "AVX", 0x9f)]).toEqual([
    "invalid",
    "LAHF",
    "LAHF",
  ]);
});

test("what later extensions begin with is invalid: VEX in 64-bit code and with mod = 3, XOP, EVEX", () => {
  const isInvalid = (codeBits: 32 | 64, ...bytes: number[]) => {
    const d = decode((i) => bytes[i] ?? 0, 0n, { codeBits, protectedMode: true });
    return "fault" in d && d.fault === "invalid";
  };
  for (const first of [0xc4, 0xc5, 0x62]) {
    expect(isInvalid(64, first, 0x05), `64-bit ${first.toString(16)}`).toBe(true);
    expect(isInvalid(32, first, 0xc1), `32-bit ${first.toString(16)}, mod 3`).toBe(true);
    expect(isInvalid(32, first, 0x05), `32-bit ${first.toString(16)}, memory`).toBe(false);
  }
  expect(isInvalid(64, 0x8f, 0xe8)).toBe(true);
});

test("QEMU's spellings name features", () => {
  expect(["sse4.2", "sse4_2", "lahf-lm", "lahf_lm", "pni", "abm", "tsc-deadline", "warp"].map(featureNamed)).toEqual([
    ...["SSE4.2", "SSE4.2", "LAHF_LM", "LAHF_LM", "SSE3", "LZCNT", "TSC_DEADLINE"],
    undefined,
  ]);
});
