// Brings the views and cells of the page to life: importing widgets/ defines its custom elements. The notebook's
// runtime is fetched only where there is a cell.
import "../../widgets/index.ts";

if (document.querySelector("ring-cell, ring-asm")) void import("../../widgets/notebook/index.ts");
