// Marks the page as one with script and, only where a component asks for it, brings in GOV.UK Frontend's behaviour.
const here = document.querySelector("script[data-components]");

document.body.classList.add("js-enabled", "govuk-frontend-supported");

async function enhance(scope) {
  if (!scope.querySelector("[data-module^='govuk-']")) return;
  const { initAll } = await import(here.dataset.components);
  initAll({ scope });
}

enhance(document);
document.addEventListener("htmx:load", (event) => {
  if (event.target !== document.body) enhance(event.target);
});

// Signing out takes the ballot off this phone too, also where the browser does not know Clear-Site-Data.
document.querySelector("form[data-forget]")?.addEventListener("submit", () => {
  for (const name of Object.keys(localStorage)) {
    if (name.startsWith("pbvote-draft-")) localStorage.removeItem(name);
  }
  if (window.caches) caches.delete("pbvote-ballot");
});

// The open language list closes when the reader goes elsewhere.
document.addEventListener("click", (event) => {
  for (const list of document.querySelectorAll(".pb-languages[open]")) {
    if (!list.contains(event.target)) list.open = false;
  }
});
document.addEventListener("keydown", (event) => {
  if (event.key !== "Escape") return;
  for (const list of document.querySelectorAll(".pb-languages[open]")) {
    list.open = false;
    list.querySelector("summary").focus();
  }
});
