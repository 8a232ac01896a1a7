// A TextMate grammar for x86 assembly as GNU as reads it, in AT&T and Intel syntax: `asm` in a fenced block.
// It colours; it does not judge: an unknown mnemonic looks like a known one. In GNU as for x86 `#` begins a comment
// and `;` separates statements (Using as, 3.3 and 9.16.2), so `;` is no comment here either.
import type { LanguageRegistration } from "shiki";

const registers = [
  "[re]?(?:ax|bx|cx|dx|si|di|bp|sp|ip)",
  "[abcd][hl]|(?:si|di|bp|sp)l",
  "r(?:8|9|1[0-5])[dwb]?",
  "[cdefgs]s",
  "cr[0-8]|dr[0-7]|tr[0-7]",
  "st(?:\\([0-7]\\))?|mm[0-7]|[xyz]mm(?:[12]?[0-9]|3[01])|k[0-7]",
].join("|");

const prefixes = "rep(?:n?[ez])?|lock|data(?:16|32)|addr(?:16|32)|(?:[cdefgs]s)(?=\\s+[a-z])|xacquire|xrelease|notrack";

export const asm: LanguageRegistration = {
  name: "asm",
  scopeName: "source.asm.x86.gas",
  aliases: ["gas", "S", "s", "nasm"],
  patterns: [{ include: "#comment" }, { include: "#label" }, { include: "#directive" }, { include: "#statement" }],
  repository: {
    comment: {
      patterns: [
        { name: "comment.block.asm", begin: "/\\*", end: "\\*/" },
        { name: "comment.line.asm", match: "(?:#|//).*$" },
      ],
    },
    label: {
      patterns: [
        { name: "entity.name.label.asm", match: "(?<![\\w.$%])(?:[A-Za-z_.$\\\\][\\w.$\\\\@]*|[0-9]+):(?!:)" },
      ],
    },
    directive: {
      begin: "(?<![\\w.$])(\\.[A-Za-z_][\\w]*)\\b",
      beginCaptures: { 1: { name: "keyword.directive.asm" } },
      end: "(?=;|$|#|//)",
      patterns: [{ include: "#operand" }],
    },
    statement: {
      begin: `(?i)(?<![\\w.$%])(?:(${prefixes})\\s+)*([a-z][a-z0-9]*)\\b(?!\\s*=)`,
      beginCaptures: { 1: { name: "keyword.prefix.asm" }, 2: { name: "keyword.mnemonic.asm" } },
      end: "(?=;|$|#|//)",
      patterns: [{ include: "#operand" }],
    },
    operand: {
      patterns: [
        { include: "#comment" },
        {
          name: "string.quoted.double.asm",
          begin: '"',
          end: '"|$',
          patterns: [{ match: "\\\\.", name: "string.escape.asm" }],
        },
        { name: "string.quoted.single.asm", match: "\\$?'(?:\\\\.|[^'\\\\\\n])'?" },
        { name: "variable.register.asm", match: `(?i)%(?:${registers})\\b` },
        { name: "variable.register.asm", match: `(?i)(?<![\\w.$%])(?:${registers})(?![\\w.$])` },
        {
          name: "storage.size.asm",
          match:
            "(?i)\\b(?:byte|word|dword|fword|qword|tbyte|xmmword|ymmword)\\s+ptr\\b|\\b(?:offset|flat|short|far|near)\\b",
        },
        {
          name: "constant.numeric.asm",
          match: "(?i)(?<![\\w.%])\\$?-?(?:0x[0-9a-f]+|0b[01]+|[0-9][0-9a-f]*h|[0-9]+(?:\\.[0-9]+)?)(?![\\w.])",
        },
        { name: "entity.name.label.asm", match: "(?<![\\w.$])[0-9]+[bf]\\b" },
        { name: "variable.parameter.asm", match: "\\\\[A-Za-z_@(]\\w*\\)?" },
      ],
    },
  },
};
