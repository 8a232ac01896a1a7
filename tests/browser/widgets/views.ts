import { createEngine } from "../../../widgets/fake-machine.ts";
import { usePageEngine } from "../../../widgets/index.ts";

const theme = new URLSearchParams(location.search).get("theme");
if (theme) document.documentElement.style.colorScheme = theme;
usePageEngine(createEngine);
