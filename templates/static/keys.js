// "/" puts the cursor into the page's search box, as it does in the search box of a list.
document.addEventListener("keydown", (event) => {
  const box = document.getElementById("oms-q") || document.getElementById("oms-header-q");
  const typing = event.target.closest("input, textarea, select, [contenteditable]");
  if (event.key !== "/" || typing || !box || document.getElementById("searchbar")) { return; }
  event.preventDefault();
  box.focus();
});
