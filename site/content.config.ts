// What the site is made of: one folder a lesson, one folder a lab. A wrong or missing field stops the build with the
// file's name and the field's.
import { defineCollection } from "astro:content";
import { glob } from "astro/loaders";
import { guideHead, labHead, lessonHead } from "./frontmatter.ts";

const folder = ({ entry }: { entry: string }) => entry.split("/")[0];

const lessons = defineCollection({
  loader: glob({ base: "./lessons", pattern: "*/index.mdx", generateId: folder }),
  schema: lessonHead,
});

const labs = defineCollection({
  loader: glob({ base: "./labs", pattern: "*/statement.mdx", generateId: folder }),
  schema: labHead,
});

/** The author's guide: one page. */
const guide = defineCollection({
  loader: glob({ base: "./authoring", pattern: "guide/index.mdx", generateId: folder }),
  schema: guideHead,
});

export const collections = { lessons, labs, guide };
