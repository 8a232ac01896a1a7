// Colours for assembly in the editor: the same few kinds as site/highlight/asm.ts gives the page (mnemonic, directive,
// register, constant, string, comment), so that mounting the editor changes nothing to see.
import { StreamLanguage, type StringStream } from "@codemirror/language";

interface State {
  /** A statement's first word is a mnemonic or a directive; what follows are operands. */
  operands: boolean;
  block: boolean;
}

const registers =
  /^%?(?:[re]?(?:ax|bx|cx|dx|si|di|bp|sp|ip)|[abcd][hl]|[cdefgs]s|cr[0-8]|dr[0-7]|st(?:\([0-7]\))?|r(?:8|9|1[0-5])[dwb]?)\b/i;
const prefixes = /^(?:rep(?:n?[ez])?|lock|data(?:16|32)|addr(?:16|32))$/i;

function token(stream: StringStream, state: State): string | null {
  if (stream.sol()) state.operands = false;
  if (state.block) {
    if (stream.skipTo("*/")) {
      stream.match("*/");
      state.block = false;
    } else stream.skipToEnd();
    return "comment";
  }
  if (stream.eatSpace()) return null;
  if (stream.match("/*")) {
    state.block = true;
    return "comment";
  }
  if (stream.match(/^(?:#|\/\/).*/)) return "comment";
  if (stream.eat(";")) {
    state.operands = false;
    return null;
  }
  if (stream.match(/^"(?:\\.|[^"\\])*"?/) || stream.match(/^\$?'(?:\\.|[^'\\])'?/)) return "string";
  if (!state.operands) {
    if (stream.match(/^(?:[A-Za-z_.$][\w.$]*|\d+):/)) return "labelName";
    if (stream.match(/^[A-Za-z_.$][\w.$]*(?=\s*=)/)) return null;
    if (stream.match(/^\.[A-Za-z_]\w*/)) {
      state.operands = true;
      return "meta";
    }
    const word = stream.match(/^[A-Za-z][\w.]*/) as RegExpMatchArray | null;
    if (word) {
      state.operands = !prefixes.test(word[0]);
      return "keyword";
    }
  }
  if (stream.match(registers)) return "variableName";
  if (stream.match(/^\d+[bf]\b/)) return "labelName";
  if (stream.match(/^\$?-?(?:0x[\da-f]+|0b[01]+|[\da-f]*h\b|\d+)(?!\w)/i)) return "number";
  if (stream.match(/^[A-Za-z_.$][\w.$]*/)) return null;
  stream.next();
  return null;
}

/** GNU as for x86, both syntaxes. */
export const asmLanguage = StreamLanguage.define<State>({
  name: "asm",
  startState: () => ({ operands: false, block: false }),
  token,
  languageData: { commentTokens: { line: "#", block: { open: "/*", close: "*/" } } },
});
