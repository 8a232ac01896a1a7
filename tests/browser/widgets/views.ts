import "../../../widgets/index.ts";
