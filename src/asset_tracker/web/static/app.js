// Progressive enhancement only: every page works without this file.

// "/" goes to the find field, Escape closes what is open.
document.addEventListener("keydown", (event) => {
  const typing = event.target.closest?.("input, textarea, select, [contenteditable]");
  if (event.key === "/" && !typing && !event.ctrlKey && !event.metaKey && !event.altKey) {
    const find = document.getElementById("find");
    if (find) {
      event.preventDefault();
      find.focus();
      find.select();
    }
  }
  if (event.key === "Escape") {
    for (const open of document.querySelectorAll("details.drop[open]")) {
      open.open = false;
      open.querySelector("summary").focus();
    }
  }
});

// In a tour the arrow keys turn the pages.
document.addEventListener("keydown", (event) => {
  if (event.target.closest?.("input, textarea, select, [contenteditable]") || event.altKey || event.ctrlKey || event.metaKey) return;
  const rel = { ArrowRight: "next", ArrowLeft: "prev" }[event.key];
  if (rel && location.pathname.startsWith("/tour/")) document.querySelector(`main a[rel="${rel}"]`)?.click();
});

// Suggestions under the find field: arrows walk through them, Escape and leaving put them away. (What one goes back
// to is put into this page by htmx, so that whoever listens to an element itself would listen to one that is gone.)
document.addEventListener("keydown", (event) => {
  const box = event.target.closest?.("form.find");
  if (!box) return;
  const [find, suggestions] = [box.querySelector("#find"), box.querySelector("#suggestions")];
  const links = [...suggestions.querySelectorAll("a")];
  if (event.key === "Escape") {
    find.dispatchEvent(new Event("htmx:abort"));
    suggestions.replaceChildren();
    find.focus();
  } else if ((event.key === "ArrowDown" || event.key === "ArrowUp") && links.length) {
    event.preventDefault();
    const at = links.indexOf(document.activeElement) + (event.key === "ArrowDown" ? 1 : -1);
    (at < 0 ? find : links[Math.min(at, links.length - 1)]).focus();
  }
});
document.addEventListener("focusout", (event) => {
  const box = event.target.closest?.("form.find");
  if (box && event.relatedTarget && !box.contains(event.relatedTarget)) box.querySelector("#suggestions").replaceChildren();
});
// An answer that is late neither takes away the list one walks in nor opens one that one has left.
document.addEventListener("htmx:before:swap", (event) => {
  if (event.target.id === "find" && document.activeElement !== event.target) event.preventDefault();
});

// What is fetched when one scrolls to it would stay blank on paper.
addEventListener("beforeprint", () => {
  for (const image of document.images) image.loading = "eager";
});

// A drop-down closes when one clicks beside it.
document.addEventListener("click", (event) => {
  for (const open of document.querySelectorAll("details.drop[open]")) {
    if (!open.contains(event.target)) open.open = false;
  }
});

// A form is sent once, even when a slow line makes somebody press twice.
document.addEventListener("submit", (event) => {
  const form = event.target;
  if (form.method !== "post" || event.defaultPrevented) return;
  if (form.dataset.sent) {
    event.preventDefault();
    return;
  }
  form.dataset.sent = "yes";
  setTimeout(() => delete form.dataset.sent, 8000);
});
addEventListener("pageshow", () => {
  for (const form of document.querySelectorAll("form[data-sent]")) delete form.dataset.sent;
});

// Show the photos that were chosen before they are sent.
document.addEventListener("change", (event) => {
  const input = event.target;
  if (!input.matches?.("input[type=file][data-preview]")) return;
  let box = input.parentElement.querySelector(".preview");
  if (!box) {
    box = document.createElement("div");
    box.className = "preview";
    input.after(box);
  }
  for (const old of box.querySelectorAll("img")) URL.revokeObjectURL(old.src);
  box.replaceChildren(
    ...[...input.files].filter((file) => file.type.startsWith("image/")).map((file) => {
      const image = document.createElement("img");
      image.alt = file.name;
      image.src = URL.createObjectURL(file);
      return image;
    }),
  );
});

// One box above a list ticks all boxes of the page; it is there only where a script can do it.
function showTickAll(root) {
  for (const all of root.querySelectorAll("[data-choose] .tick-all")) all.hidden = false;
}
showTickAll(document);
document.addEventListener("htmx:after:swap", () => showTickAll(document));
document.addEventListener("change", (event) => {
  if (!event.target.matches?.("[data-all]")) return;
  for (const one of event.target.form.querySelectorAll('input[name="asset"]')) one.checked = event.target.checked;
});

// A summary of errors names the fields, where the page did not.
for (const link of document.querySelectorAll('#problems a[href^="#f-"]')) {
  const id = link.hash.slice(1);
  const label = document.querySelector(`label[for="${CSS.escape(id)}"]`) ?? document.querySelector(`#${CSS.escape(id)} > legend`);
  const name = (label?.firstChild?.textContent ?? "").trim();
  if (name && !link.textContent.startsWith(name)) link.prepend(name, /[?!]$/.test(name) ? " " : ": ");
}
// Errors come first: the summary of what is wrong takes the focus.
document.getElementById("problems")?.focus();

// A label of the preview becomes the first free one; the field says the same without a mouse.
document.addEventListener("click", (event) => {
  const cell = event.target.closest?.("#preview [data-cell]");
  const field = document.getElementById("f-start_cell");
  if (!cell || !field) return;
  field.value = cell.dataset.cell;
  field.dispatchEvent(new Event("change", { bubbles: true }));
});

// Printing needs a script: without one the button is not there.
for (const button of document.querySelectorAll("[data-print]")) {
  button.hidden = false;
  button.addEventListener("click", () => print());
}

// Logging out takes along what the field app has on this device of somebody; what was not sent stays until it is.
document.addEventListener("submit", async (event) => {
  const form = event.target;
  if (!form.matches('form[action="/logout"]') || event.defaultPrevented || !indexedDB.databases) return;
  event.preventDefault();
  try {
    if ((await indexedDB.databases()).some((each) => each.name === "field")) await forgetField();
  } finally {
    form.submit();
  }
});

function forgetField() {
  return new Promise((resolve) => {
    const asked = indexedDB.open("field");
    asked.onerror = resolve; // nothing of it can be read, so nothing is left
    asked.onsuccess = () => {
      const work = asked.result.transaction(["assets", "points", "campaigns", "rounds", "meta", "outbox"], "readwrite");
      for (const name of ["assets", "points", "campaigns", "rounds"]) work.objectStore(name).clear();
      for (const key of ["me", "list"]) work.objectStore("meta").delete(key);
      work.objectStore("outbox").openCursor().onsuccess = ({ target: { result: at } }) => {
        if (!at) return;
        if (at.value.state === "ledger") at.delete();
        at.continue();
      };
      work.oncomplete = work.onabort = () => {
        asked.result.close();
        resolve();
      };
    };
  });
}
