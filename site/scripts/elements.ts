// Brings the views and cells of the page to life: importing widgets/ defines its custom elements.
import "../../widgets/index.ts";
