// The theme switch: sets data-theme on <html> and keeps the choice. Page.astro applies it before first paint.
const key = "ring:theme";
const switches = document.querySelectorAll<HTMLSelectElement>("[data-theme-switch]");

function choose(theme: string): void {
  if (theme) document.documentElement.dataset.theme = theme;
  else delete document.documentElement.dataset.theme;
  for (const other of switches) other.value = theme;
}

for (const one of switches) {
  one.value = document.documentElement.dataset.theme ?? "";
  one.addEventListener("change", () => {
    choose(one.value);
    try {
      if (one.value) localStorage.setItem(key, one.value);
      else localStorage.removeItem(key);
    } catch {
      // Storage is closed to this page: the choice holds until it is left.
    }
  });
}

addEventListener("storage", (event) => {
  if (event.key === key) choose(event.newValue ?? "");
});
