// Starts the lab of this page: labs/page.ts fills the panes of layouts/Lab.astro.
import "../../labs/page.ts";
