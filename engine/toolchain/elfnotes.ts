/**
 * Notes of an ELF file: who says it, its type, its bytes. Source: System V ABI, 5 "Program Loading", "Note Section".
 */
const PT_NOTE = 4;

export interface ElfNote {
  readonly name: string;
  readonly type: number;
  readonly bytes: Uint8Array;
}

/** The notes of an image that `readElf` takes; what is broken in them is left out. */
export function readNotes(image: Uint8Array): ElfNote[] {
  const view = new DataView(image.buffer, image.byteOffset, image.length);
  const is64 = image[4] === 2;
  const address = (at: number) => (is64 ? Number(view.getBigUint64(at, true)) : view.getUint32(at, true));
  const table = address(is64 ? 32 : 28);
  const size = view.getUint16(is64 ? 54 : 42, true);
  const count = view.getUint16(is64 ? 56 : 44, true);
  const notes: ElfNote[] = [];
  for (let i = 0; i < count; i++) {
    const at = table + i * size;
    if (at + (is64 ? 56 : 32) > image.length) break;
    if (view.getUint32(at, true) !== PT_NOTE) continue;
    const offset = address(at + (is64 ? 8 : 4));
    notes.push(...notesIn(view, offset, Math.min(image.length, offset + address(at + (is64 ? 32 : 16)))));
  }
  return notes;
}

/** Name's length, description's length, type; then both, each filled up to a multiple of 4. */
function notesIn(view: DataView, from: number, end: number): ElfNote[] {
  const notes: ElfNote[] = [];
  for (let at = from; at + 12 <= end; ) {
    const [nameBytes, bytes, type] = [0, 4, 8].map((n) => view.getUint32(at + n, true)) as [number, number, number];
    const description = at + 12 + ((nameBytes + 3) & ~3);
    if (description + bytes > end || nameBytes > 64) break;
    const part = (start: number, count: number) => new Uint8Array(view.buffer, view.byteOffset + start, count);
    const name = String.fromCharCode(...part(at + 12, Math.max(0, nameBytes - 1)));
    notes.push({ name, type, bytes: part(description, bytes) });
    at = description + ((bytes + 3) & ~3);
  }
  return notes;
}
