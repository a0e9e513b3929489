// Light or dark: what the system prefers, until the button says otherwise.

const button = document.getElementById("theme");
const system = matchMedia("(prefers-color-scheme: dark)");

function apply() {
  const kept = localStorage.getItem("theme");
  const dark = kept ? kept === "dark" : system.matches;
  document.documentElement.dataset.theme = dark ? "dark" : "light";
  button.setAttribute("aria-pressed", String(dark));
}

button.addEventListener("click", () => {
  localStorage.setItem("theme", document.documentElement.dataset.theme === "dark" ? "light" : "dark");
  apply();
});
system.addEventListener("change", apply);
apply();
