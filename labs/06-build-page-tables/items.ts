/** The rubric of "Build page tables": eight questions to the machine, 100 points. */
import type { PageWalk, WalkStep } from "../../engine/index.ts";
import type { Context, Finding, Item } from "../../widgets/lab/rubric.ts";
import type { Mapping } from "../../widgets/model/page-tables.ts";
import { checkBoots, count, hex, SECTOR } from "../bootsector.ts";
import { address, checkEnds, mappingsOf, momentOf, type Run, rightsText, walkText } from "../translation.ts";
import { observeMarked, observePlain } from "./observe.ts";

/** Linear addresses that must lead to `physical` and up, page by page. */
interface Region {
  readonly from: bigint;
  readonly pages: number;
  readonly physical: number;
  readonly writable: boolean;
  readonly user: boolean;
}

const identity: Region = { from: 0x1000n, pages: 511, physical: 0x1000, writable: true, user: false };
const stack: Region = { from: 0x7fff_ffff_e000n, pages: 2, physical: 0x80000, writable: true, user: true };
const image: Region = { from: 0xffff_8000_0000_0000n, pages: 16, physical: 0x10_0000, writable: false, user: false };
const regions = [identity, stack, image];
const PAGE = 4096;

const assembles = (context: Context): Finding => checkBoots(context, SECTOR);
const enters = (context: Context): Finding => checkEnds(context, context.once(observePlain));
const maps = (region: Region) => (context: Context) => checkRegion(context.once(observePlain), region);

export const items: readonly Item[] = [
  { id: "assembles", title: "Assembles, and the firmware starts it", points: 5, check: assembles },
  { id: "enters", title: "Long mode starts on its tables", points: 15, dependsOn: ["assembles"], check: enters },
  {
    id: "identity",
    title: "1000–1FFFFF: each page itself",
    points: 20,
    dependsOn: ["enters"],
    check: maps(identity),
  },
  { id: "null", title: "Page 0 is absent", points: 10, dependsOn: ["enters"], check: absent },
  { id: "stack", title: "7FFFFFFFE000: two pages for ring 3", points: 15, dependsOn: ["enters"], check: maps(stack) },
  {
    id: "image",
    title: "FFFF800000000000: 16 pages, read-only",
    points: 15,
    dependsOn: ["enters"],
    check: maps(image),
  },
  { id: "nothing-else", title: "Nothing else is mapped", points: 10, dependsOn: ["enters"], check: nothingElse },
  { id: "clears", title: "Works in memory that is not zero", points: 10, dependsOn: ["enters"], check: clears },
];

/** Every page of a region, walked as the processor would. */
function checkRegion(run: Run, { from, pages, physical, writable, user }: Region): Finding {
  const machine = run.machine();
  for (let i = 0; i < pages; i++) {
    const la = from + BigInt(i * PAGE);
    const walk = machine.walk(la, { kind: "read", user: false });
    const wanted = physical + i * PAGE;
    const { outcome } = walk;
    if (
      outcome.kind === "page" &&
      outcome.physical === wanted &&
      outcome.writable === writable &&
      outcome.user === user
    ) {
      continue;
    }
    const expected = `${address(la)} leads to ${hex(wanted)}, ${writable ? "writable" : "read-only"}, ${user ? "user" : "supervisor"}`;
    const step = deciding(walk, writable, user);
    const outline = step?.address === undefined ? undefined : `0x${step.address.toString(16)}`;
    const where = step && step.level > 1 && outcome.kind === "page" ? `; ${step.table}[${step.index}] decides` : "";
    return { passed: false, expected, saw: walkText(walk) + where, moment: momentOf(run, outline) };
  }
  return { passed: true, saw: `${count(pages)} pages from ${address(from)} on lead to ${hex(physical)} and up` };
}

/** The entry that takes a right away which the page should have; where none does, the last. */
function deciding({ outcome, steps }: PageWalk, writable: boolean, user: boolean): WalkStep | undefined {
  const takes = ({ bits }: WalkStep) => (writable && !bits.writable) || (user && !bits.user);
  return (outcome.kind === "page" ? steps.find(takes) : undefined) ?? steps.at(-1);
}

function absent(context: Context): Finding {
  const run = context.once(observePlain);
  const walk = run.machine().walk(0n, { kind: "read", user: false });
  if (walk.outcome.kind === "page fault") return { passed: true, saw: walkText(walk) };
  return { passed: false, expected: "a page fault at 00000000", saw: walkText(walk), moment: momentOf(run) };
}

/** What is mapped besides the regions; page 0 is a question of its own. */
function nothingElse(context: Context): Finding {
  const run = context.once(observePlain);
  const stray = findStray(run);
  if (stray === undefined) return { passed: true, saw: "no page but those" };
  return { passed: false, expected: "no page is mapped that was not asked for", saw: stray, moment: momentOf(run) };
}

function findStray(run: Run): string | undefined {
  const found = mappingsOf(run.machine());
  if (!found) return "paging is off";
  const stray = found.mappings.find((mapping) => !pagesOf(mapping).every((la) => la === 0n || wasAsked(la)));
  if (stray) return `${address(stray.la)}: ${count(stray.bytes)} bytes at ${hex(stray.pa)}, ${rightsText(stray)}`;
  return found.complete ? undefined : "more ranges than can be listed";
}

/** The first linear address of each page; of a long row, its ends will do. */
function pagesOf({ la, bytes }: Mapping): bigint[] {
  const pages = bytes / PAGE;
  if (pages > 1024) return [la, la + BigInt(bytes - PAGE)];
  return Array.from({ length: pages }, (_, i) => la + BigInt(i * PAGE));
}

const wasAsked = (la: bigint) => regions.some(({ from, pages }) => la >= from && la < from + BigInt(pages * PAGE));

function clears(context: Context): Finding {
  const run = context.once(observeMarked);
  const ends = checkEnds(context, run);
  if (!("passed" in ends) || !ends.passed) return ends;
  const [plain, marked] = [context.once(observePlain), run].map((one) => listText(one));
  if (marked === plain) return { passed: true, saw: "the same pages with a pattern in 10000–1FFFF before" };
  const expected = "the same pages, whatever was in 10000–1FFFF before";
  return { passed: false, expected, saw: findStray(run) ?? "fewer pages", moment: momentOf(run) };
}

function listText(run: Run): string {
  const found = mappingsOf(run.machine());
  return JSON.stringify(found, (_, value) => (typeof value === "bigint" ? value.toString() : value));
}
