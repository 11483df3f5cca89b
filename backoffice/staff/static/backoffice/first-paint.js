// Runs before anything is drawn, and knows what the page will look like once Alpine.js has begun: dark or light, with the
// main menu or without. Until then `x-cloak` stands at the page (`theme.css`).
(() => {
  const page = document.documentElement;
  const kept = (name) => {
    try {
      return JSON.parse(localStorage.getItem(name));
    } catch {
      return null;
    }
  };
  const theme = kept("adminTheme") || "auto";
  const isDark = theme === "dark" || (theme === "auto" && matchMedia("(prefers-color-scheme: dark)").matches);
  page.classList.toggle("dark", isDark);
  page.classList.toggle("menu-closed", kept("sidebarDesktopOpen") === 0);
  // Alpine.js takes away only what it has added itself.
  document.addEventListener("alpine:init", () => page.classList.remove("dark", "menu-closed"));
})();
