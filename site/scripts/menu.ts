// The phone's menu, and the outline's line: they close by Escape, by a click beside them, and when a link is followed.
for (const details of document.querySelectorAll<HTMLDetailsElement>("details.menu, details.outline-line")) {
  const close = (giveFocus: boolean) => {
    if (!details.open) return;
    details.open = false;
    if (giveFocus) details.querySelector("summary")?.focus();
  };
  details.addEventListener("keydown", (event) => event.key === "Escape" && close(true));
  details.addEventListener("click", (event) => (event.target as Element).closest("a") && close(false));
  document.addEventListener("pointerdown", (event) => {
    if (!details.contains(event.target as Node)) close(false);
  });
}
