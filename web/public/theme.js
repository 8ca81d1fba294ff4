// Runs before the first paint, so that a chosen theme never flashes. The rest of the preferences is read by the application.
(function applyStoredTheme() {
  var stored = null;
  try {
    stored = JSON.parse(localStorage.getItem("tradewithai.preferences") || "null");
  } catch (error) {
    console.warn("The stored preferences are unreadable; the system's theme is used.", error);
  }
  if (stored && (stored.theme === "dark" || stored.theme === "light")) {
    document.documentElement.dataset.theme = stored.theme;
  }
})();
