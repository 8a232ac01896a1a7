// A machine's disk as the build assembled it, kept with the machine's recorded frame, so that a machine whose source
// nobody has edited starts without waiting for an assembler.

/** A 1.44 MB floppy, which all of them are put on. */
export const floppyBytes = 1_474_560;

/** One disk: the source it came from, a mark of that source's text, and its bytes in base64 up to the last that is not 0. */
export interface RecordedDisk {
  readonly name: string;
  readonly mark: string;
  readonly bytes: string;
}

/** A mark of a source's text, however it begins and ends: 64 bits of FNV-1a (twice 32, the second over it reversed). */
export function textMark(text: string): string {
  const plain = text.trim();
  const half = (from: number, to: number, step: number) => {
    let hash = 0x811c9dc5;
    for (let i = from; i !== to; i += step) hash = Math.imul(hash ^ plain.charCodeAt(i), 0x01000193);
    return (hash >>> 0).toString(16).padStart(8, "0");
  };
  return half(0, plain.length, 1) + half(plain.length - 1, -1, -1);
}

/** A disk to keep. */
export function recordDisk(name: string, text: string, image: Uint8Array): RecordedDisk {
  const bytes = image.subarray(0, image.findLastIndex((byte) => byte !== 0) + 1);
  return { name, mark: textMark(text), bytes: btoa(String.fromCharCode(...bytes)) };
}

/** The disk of a source that has this text, in an image of `length` bytes; undefined where none was kept. */
export function recordedImage(
  disks: readonly RecordedDisk[] | undefined,
  name: string,
  text: string,
  length: number,
): Uint8Array | undefined {
  const disk = disks?.find((one) => one.name === name);
  if (!disk || disk.mark !== textMark(text)) return undefined;
  const image = new Uint8Array(length);
  image.set(Uint8Array.from(atob(disk.bytes), (character) => character.charCodeAt(0)).subarray(0, length));
  return image;
}
