import { createHighlighterCore, type ThemedToken } from "shiki/core";
import { createJavaScriptRegexEngine } from "shiki/engine/javascript";
import { beforeAll, expect, test } from "vitest";
import { asm } from "./asm.ts";
import { themes } from "./themes.ts";

let scopesOf: (line: string) => [text: string, scope: string][];

beforeAll(async () => {
  const shiki = await createHighlighterCore({
    themes: [themes.light],
    langs: [asm],
    engine: createJavaScriptRegexEngine(),
  });
  scopesOf = (line) => {
    const tokens = shiki.codeToTokensBase(line, { lang: "asm", theme: "ring-light", includeExplanation: true }).flat();
    return tokens.flatMap((token: ThemedToken) =>
      (token.explanation ?? [])
        .map((part): [string, string] => [
          part.content.trim(),
          part.scopes.at(-1)?.scopeName.replace(/\.asm$/, "") ?? "",
        ])
        .filter(([text, scope]) => text && scope !== "source.asm.x86.gas"),
    );
  };
});

const lines: [string, [string, string][]][] = [
  [
    "start:  movw $0x7c00, %sp   # the stack",
    [
      ["start:", "entity.name.label"],
      ["movw", "keyword.mnemonic"],
      ["$0x7c00", "constant.numeric"],
      ["%sp", "variable.register"],
      ["# the stack", "comment.line"],
    ],
  ],
  [
    "mov dword ptr [ebx+4*esi], 10h",
    [
      ["mov", "keyword.mnemonic"],
      ["dword ptr", "storage.size"],
      ["ebx", "variable.register"],
      ["4", "constant.numeric"],
      ["esi", "variable.register"],
      ["10h", "constant.numeric"],
    ],
  ],
  [
    "1: rep movsb ; jmp 1b",
    [
      ["1:", "entity.name.label"],
      ["rep", "keyword.prefix"],
      ["movsb", "keyword.mnemonic"],
      ["jmp", "keyword.mnemonic"],
      ["1b", "entity.name.label"],
    ],
  ],
  [
    '.asciz "a#b\\n" // text',
    [
      [".asciz", "keyword.directive"],
      ['"', "string.quoted.double"],
      ["a#b", "string.quoted.double"],
      ["\\n", "string.escape"],
      ['"', "string.quoted.double"],
      ["// text", "comment.line"],
    ],
  ],
  [
    "ljmp *%cs:(%bx)",
    [
      ["ljmp", "keyword.mnemonic"],
      ["%cs", "variable.register"],
      ["%bx", "variable.register"],
    ],
  ],
];

test.each(lines)("%s", (line, scopes) => {
  expect(scopesOf(line)).toEqual(scopes);
});
