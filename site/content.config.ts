// What the site is made of: one folder a lesson, one folder a lab. A wrong or missing field stops the build with the
// file's name and the field's.
import { defineCollection } from "astro:content";
import { glob } from "astro/loaders";
import { z } from "astro/zod";

const folder = ({ entry }: { entry: string }) => entry.split("/")[0];

const lessons = defineCollection({
  loader: glob({ base: "./lessons", pattern: "*/index.mdx", generateId: folder }),
  schema: z.object({
    /** Its place in site/course.ts; the folder's name begins with it. */
    number: z.int().min(0),
    title: z.string().min(1),
    /** The question its machine will answer. */
    question: z.string().min(1),
    part: z.string().optional(),
    /** One or two sentences for search engines and link previews. */
    summary: z.string().optional(),
    /** Folders under labs/, in the order in which they are met. */
    labs: z.array(z.string()).default([]),
    /** How many predictions it asks for; with the labs, what progress is counted in. */
    predictions: z.int().min(0).default(0),
    /** A draft is built by `npm run dev` only. */
    status: z.enum(["draft", "ready"]).default("ready"),
  }),
});

const labs = defineCollection({
  loader: glob({ base: "./labs", pattern: "*/statement.mdx", generateId: folder }),
  schema: z.looseObject({
    title: z.string().min(1),
    /** The number of the lesson it belongs to, and its place among that lesson's labs, from 1. */
    lesson: z.int().min(0),
    order: z.int().min(1).default(1),
    summary: z.string().optional(),
    status: z.enum(["draft", "ready"]).default("ready"),
  }),
});

export const collections = { lessons, labs };
