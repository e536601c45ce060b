// Confirm dialogs: native <dialog>, focus on the safe button, danger behind a typed word.

/** Open the dialog and put the focus on its safe button. */
export function openDialog(dialog) {
  if (dialog.open) return;
  dialog.showModal();
  dialog.querySelector("[autofocus], [data-close-dialog]")?.focus();
}

function guardTyped(form) {
  const input = form.querySelector("[name=typed]");
  const submit = form.querySelector("button:not([type=button])");
  const check = () => {
    submit.disabled = input.value.trim() !== form.dataset.typed;
  };
  input.addEventListener("input", check);
  check();
}

function guard(root) {
  root.querySelectorAll("form[data-typed]").forEach(guardTyped);
}

/** Wire [data-dialog="#id"] openers and [data-close-dialog] buttons; new content is found too. */
export function startDialogs() {
  document.addEventListener("click", (event) => {
    const opener = event.target.closest("[data-dialog]");
    if (opener) {
      const dialog = document.querySelector(opener.dataset.dialog);
      if (dialog) {
        event.preventDefault();
        openDialog(dialog);
      }
      return;
    }
    event.target.closest("[data-close-dialog]")?.closest("dialog")?.close();
  });
  guard(document);
  document.body.addEventListener("htmx:afterSwap", (event) => guard(event.detail.elt));
}
