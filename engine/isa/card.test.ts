import { expect, test } from "vitest";
import { instructionCard } from "./card.ts";
import { TABLE } from "./table.ts";

test("ADD writes six flags, takes LOCK to memory and adds an immediate of 8 bits to AL with 04", () => {
  const card = instructionCard("add")!;
  expect(card.flags.map(({ name }) => name)).toEqual(["OF", "SF", "ZF", "AF", "PF", "CF"]);
  expect(card.encodings[0]).toEqual({
    opcode: "00 /r",
    operands: "Eb Gb",
    words: ["register or memory, 8 bits", "register, 8 bits"],
    notes: ["LOCK allowed"],
  });
  expect(card.encodings.find(({ opcode }) => opcode.startsWith("04"))?.words).toEqual(["AL", "immediate, 8 bits"]);
});

test("an alias leads to its row, an undefined flag says so, and what is no instruction has no card", () => {
  expect(instructionCard("JZ")).toMatchObject({ name: "JE", aliases: expect.arrayContaining(["JZ"]) });
  expect(instructionCard("AND")?.flags).toContainEqual({ name: "AF", left: "undefined" });
  expect(instructionCard("FROB")).toBeUndefined();
});

test("every row has a card in words", () => {
  for (const { name } of TABLE) {
    const card = instructionCard(name)!;
    for (const { opcode, words } of card.encodings) {
      expect(opcode, name).not.toBe("");
      for (const word of words) expect(word, `${name} ${opcode}`).toMatch(/^[A-Za-z0-9]/);
    }
  }
});
