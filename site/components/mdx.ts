// What lessons and lab statements may use in MDX without importing it (site/README.md shows each).
import Cite from "./Cite.astro";
import Figure from "./Figure.astro";
import Note from "./Note.astro";
import Table from "./Table.astro";
import Wide from "./Wide.astro";

export const mdxComponents = { Cite, Figure, Note, Wide, table: Table };
