// The lessons and labs that exist, joined with the course's plan.
import { type CollectionEntry, getCollection } from "astro:content";
import { type CourseLesson, lessons as planned } from "./course.ts";

/** A lesson of the plan, with its page when it has been written. */
export interface MapLesson extends CourseLesson {
  /** From the site's root: `/lessons/02-boot/`. Undefined while planned. */
  href?: string;
  entry?: CollectionEntry<"lessons">;
  labEntries: CollectionEntry<"labs">[];
}

const shown = ({ data }: { data: { status: string } }) => import.meta.env.DEV || data.status === "ready";

/** All lessons of the course in reading order. Throws when a lesson's number is not one of the plan's. */
export async function mapLessons(): Promise<MapLesson[]> {
  const entries = await getCollection("lessons", shown);
  const labs = await labsInOrder();
  const stray = entries.find(({ data }) => !planned.some(({ number }) => number === data.number));
  if (stray) throw new Error(`lessons/${stray.id}: number ${stray.data.number} is not in site/course.ts`);
  return planned.map((lesson) => {
    const entry = entries.find(({ data }) => data.number === lesson.number);
    const labEntries = labs.filter(({ data }) => data.lesson === lesson.number);
    return { ...lesson, entry, labEntries, href: entry && `/lessons/${entry.id}/` };
  });
}

/** The labs that exist, by lesson and then by their order in it. */
export async function labsInOrder(): Promise<CollectionEntry<"labs">[]> {
  const labs = await getCollection("labs", shown);
  return labs.sort((a, b) => a.data.lesson - b.data.lesson || a.data.order - b.data.order);
}

/** A lab's number as it is written: lesson, point, place in it: "2.1". */
export function labNumber(lab: CollectionEntry<"labs">): string {
  return `${lab.data.lesson}.${lab.data.order}`;
}
