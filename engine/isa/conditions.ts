/** The sixteen conditions, by their code in the opcode. Source: AMD APM vol. 3, Jcc. */
export const CONDITIONS: readonly {
  readonly name: string;
  readonly aliases: readonly string[];
  readonly says: string;
}[] = [
  { name: "O", aliases: [], says: "OF is set (signed overflow)" },
  { name: "NO", aliases: [], says: "OF is clear (no signed overflow)" },
  { name: "B", aliases: ["C", "NAE"], says: "CF is set (below, without sign)" },
  { name: "AE", aliases: ["NB", "NC"], says: "CF is clear (above or equal, without sign)" },
  { name: "E", aliases: ["Z"], says: "ZF is set (equal, or zero)" },
  { name: "NE", aliases: ["NZ"], says: "ZF is clear (not equal, or not zero)" },
  { name: "BE", aliases: ["NA"], says: "CF or ZF is set (below or equal, without sign)" },
  { name: "A", aliases: ["NBE"], says: "CF and ZF are clear (above, without sign)" },
  { name: "S", aliases: [], says: "SF is set (negative)" },
  { name: "NS", aliases: [], says: "SF is clear (not negative)" },
  { name: "P", aliases: ["PE"], says: "PF is set (the low byte has an even number of ones)" },
  { name: "NP", aliases: ["PO"], says: "PF is clear (the low byte has an odd number of ones)" },
  { name: "L", aliases: ["NGE"], says: "SF differs from OF (less, with sign)" },
  { name: "GE", aliases: ["NL"], says: "SF equals OF (greater or equal, with sign)" },
  { name: "LE", aliases: ["NG"], says: "ZF is set or SF differs from OF (less or equal, with sign)" },
  { name: "G", aliases: ["NLE"], says: "ZF is clear and SF equals OF (greater, with sign)" },
];
