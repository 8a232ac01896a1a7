// The head of a lesson and of a lab's statement. The site's collections are built by it, and the check of lessons makes
// sentences of it.
import { z } from "astro/zod";

export const lessonHead = z.object({
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
});

export const labHead = z.object({
  title: z.string().min(1),
  /** The number of the lesson it belongs to, and its place among that lesson's labs, from 1. */
  lesson: z.int().min(0),
  order: z.int().min(1).default(1),
  summary: z.string().optional(),
  status: z.enum(["draft", "ready"]).default("ready"),
});

export const guideHead = z.object({
  title: z.string().min(1),
  question: z.string().min(1),
  summary: z.string().min(1),
});
