// Components for tools that do not read .astro files themselves (plain tsc); astro-check does, and sees the real types.
declare module "*.astro" {
  const component: (props: Record<string, unknown>) => unknown;
  export default component;
}
