// Starts the lab of this page: labs/page.ts fills the panes of layouts/Lab.astro.
import.meta.glob("../../labs/page.ts", { eager: true });
