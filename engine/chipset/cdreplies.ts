/**
 * The tables that a CD-ROM drive answers, byte by byte, for a disc of one data track.
 *
 * Source: MMC-5 (T10/1675D revision 4), chapters 5, 6, 7; SPC-3, 6.4.
 */

/** A field: width in bytes, offset, value, big-endian. */
type Field = readonly [width: number, at: number, value: number];

const MAX_CD_SECTORS = 80 * 60 * 75;
const LEAD_OUT = 0xaa;
const PROFILE_CD = 0x0008;
const PROFILE_DVD = 0x0010;

/** `length` bytes with these fields; the others are 0. */
export function cdReply(length: number, ...fields: readonly Field[]): Uint8Array {
  const bytes = new Uint8Array(length);
  for (const [width, at, value] of fields) {
    for (let i = 0; i < width; i++) bytes[at + i] = value / 2 ** (8 * (width - 1 - i));
  }
  return bytes;
}

/** A removable CD device that speaks ATAPI. */
export function inquiry(): Uint8Array {
  const bytes = cdReply(36, [1, 0, 5], [1, 1, 0x80], [1, 3, 0x21], [1, 4, 31]);
  for (const [i, character] of [..."RING    RING DVD-ROM    1.0 "].entries()) bytes[8 + i] = character.charCodeAt(0);
  return bytes;
}

/** Pages 01 error recovery, 0E audio, 2A capabilities, 3F all; nothing is changeable. */
export function modeSense(
  control: number,
  page: number,
  drive: { readonly short: boolean; readonly locked: boolean; readonly hasDisc: boolean },
): Uint8Array | undefined {
  const capabilities = cdReply(
    22,
    [1, 0, 0x2a],
    [1, 1, 20],
    [1, 2, 0x3b],
    [1, 4, 0x70],
    [1, 6, 0x29 | (drive.locked ? 2 : 0)],
    [2, 8, 706],
    [2, 10, 2],
    [2, 12, 512],
    [2, 14, 706],
  );
  const pages: { [page: number]: Uint8Array } = {
    1: cdReply(8, [1, 0, 0x01], [1, 1, 6], [1, 3, 5]),
    14: cdReply(16, [1, 0, 0x0e], [1, 1, 14], [1, 2, 4]),
    42: capabilities,
  };
  const chosen = page === 0x3f ? Object.values(pages) : page in pages ? [pages[page]] : undefined;
  if (chosen === undefined || control === 3) return undefined;
  const header = drive.short ? 4 : 8;
  const bytes = new Uint8Array(header + chosen.reduce((sum, one) => sum + one.length, 0));
  let at = header;
  for (const one of chosen) {
    bytes.set(one, at);
    // Changeable values: none.
    if (control === 1) bytes.fill(0, at + 2, at + one.length);
    at += one.length;
  }
  const medium = drive.hasDisc ? 1 : 0x70;
  if (drive.short) bytes.set([bytes.length - 1, medium]);
  else bytes.set([(bytes.length - 2) >> 8, (bytes.length - 2) & 0xff, medium]);
  return bytes;
}

/** READ TOC/PMA/ATIP: formats 0 tracks, 1 sessions, 2 the raw table. `minutes`: addresses as minute, second, frame. */
export function tableOfContents(
  format: number,
  track: number,
  minutes: boolean,
  sectors: number,
): Uint8Array | undefined {
  const address = (sector: number) => (minutes ? asMinutes(sector + 150) : sector);
  if (format === 0) {
    if (track > 1 && track !== LEAD_OUT) return undefined;
    const entry = (number: number, sector: number): Uint8Array =>
      cdReply(8, [1, 1, 0x14], [1, 2, number], [4, 4, address(sector)]);
    const entries = [...(track <= 1 ? [entry(1, 0)] : []), entry(LEAD_OUT, sectors)];
    return joined(cdReply(4, [2, 0, 2 + 8 * entries.length], [2, 2, 0x0101]), ...entries);
  }
  if (format === 1) return cdReply(12, [2, 0, 10], [2, 2, 0x0101], [1, 5, 0x14], [1, 6, 1], [4, 8, address(0)]);
  if (format !== 2) return undefined;
  const entry = (point: number, time: number) =>
    cdReply(11, [1, 0, 1], [1, 1, 0x14], [1, 3, point], [3, 8, time & 0xffffff]);
  const points = [
    entry(0xa0, 0x010000),
    entry(0xa1, 0x010000),
    entry(0xa2, asMinutes(sectors + 150)),
    entry(1, 0x0200),
  ];
  return joined(cdReply(4, [2, 0, 2 + 11 * points.length], [2, 2, 0x0101]), ...points);
}

/** Feature descriptors from `first` on: all of them, the current ones, or that one. */
export function configuration(sectors: number, request: number, first: number): Uint8Array {
  const profile = sectors === 0 ? 0 : sectors > MAX_CD_SECTORS ? PROFILE_DVD : PROFILE_CD;
  const hasCd = profile === PROFILE_CD ? 1 : 0;
  const hasDvd = profile === PROFILE_DVD ? 1 : 0;
  const feature = (code: number, flags: number, data: readonly number[]) => ({ code, flags, data });
  const features = [
    feature(0x0000, 0x03, [0, PROFILE_DVD, hasDvd, 0, 0, PROFILE_CD, hasCd, 0]), // profile list
    feature(0x0001, 0x0b, [0, 0, 0, 2, 1, 0, 0, 0]), // core: ATAPI
    feature(0x0002, 0x07, [2, 0, 0, 0]), // morphing
    feature(0x0003, 0x03, [0x29, 0, 0, 0]), // removable medium: tray, eject, lock
    feature(0x0010, hasCd | hasDvd, [0, 0, 8, 0, 0, 1, 0, 0]), // random readable, blocks of 2,048
    feature(0x001e, hasCd, [0, 0, 0, 0]), // CD read
    feature(0x001f, hasDvd, [0, 0, 0, 0]), // DVD read
  ];
  const wanted = features.filter(({ code, flags }) =>
    request === 2 ? code === first : code >= first && (request === 0 || flags & 1),
  );
  const bytes = wanted.map(({ code, flags, data }) =>
    Uint8Array.of(code >> 8, code & 0xff, flags, data.length, ...data),
  );
  const length = 4 + bytes.reduce((sum, one) => sum + one.length, 0);
  return joined(cdReply(8, [4, 0, length], [2, 6, profile]), ...bytes);
}

/** GET EVENT STATUS NOTIFICATION: the media class, or none where it was not asked for. */
export function eventStatus(media: boolean, event: number, open: boolean, hasDisc: boolean): Uint8Array {
  if (!media) return cdReply(4, [2, 0, 2], [1, 2, 0x80], [1, 3, 0x10]);
  return cdReply(8, [2, 0, 6], [1, 2, 4], [1, 3, 0x10], [1, 4, event], [1, 5, (open ? 1 : 0) | (hasDisc ? 2 : 0)]);
}

/** A finished disc of one session and one track. */
export function discInformation(): Uint8Array {
  return cdReply(
    34,
    [2, 0, 32],
    [1, 2, 0x0e],
    [1, 3, 1],
    [1, 4, 1],
    [1, 5, 1],
    [1, 6, 1],
    [1, 7, 0x20],
    [4, 16, 0xffffffff],
    [4, 20, 0xffffffff],
  );
}

export function trackInformation(sectors: number): Uint8Array {
  return cdReply(36, [2, 0, 34], [1, 2, 1], [1, 3, 1], [1, 5, 4], [1, 6, 1], [4, 24, sectors]);
}

export function mechanismStatus(open: boolean): Uint8Array {
  return cdReply(8, [1, 1, open ? 0x10 : 0], [1, 5, 1]);
}

function asMinutes(frames: number): number {
  return (Math.floor(frames / 4500) << 16) | (Math.floor((frames % 4500) / 75) << 8) | (frames % 75);
}

function joined(...parts: readonly Uint8Array[]): Uint8Array {
  const out = new Uint8Array(parts.reduce((sum, part) => sum + part.length, 0));
  let at = 0;
  for (const part of parts) {
    out.set(part, at);
    at += part.length;
  }
  return out;
}
