// Rows that fold: the keyboard opens them too, and one that was just added is to be filled in, so it stands open.
(() => {
  const headings = (where) => where.querySelectorAll("h3 strong");
  const teach = (where) => headings(where).forEach((heading) => {
    heading.tabIndex = 0;
    heading.setAttribute("role", "button");
  });
  document.addEventListener("DOMContentLoaded", () => teach(document));
  document.addEventListener("keydown", (event) => {
    if (!event.target.matches("h3 strong[role=button]") || !["Enter", " "].includes(event.key)) return;
    event.preventDefault();
    event.target.click();
  });
  document.addEventListener("formset:added", (event) => {
    teach(event.target);
    const heading = event.target.querySelector("h3 strong");
    if (heading) requestAnimationFrame(() => heading.click());
  });
})();
