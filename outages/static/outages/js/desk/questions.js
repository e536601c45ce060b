// Five questions by keyboard while the receiver is in the other hand: 1 satisfied, 2 dissatisfied.

import { bindKey } from "gisapp/keys";
import { t } from "gisapp/texts";

const form = document.querySelector("[data-questions]");
const questions = [...form.querySelectorAll(".asked__questions fieldset")];
const answered = (question) => question.querySelector("input:checked") !== null;
const reached = () => form.querySelector('input[name="result"][value="reached"]').checked;

function markNext() {
  const next = questions.find((question) => !answered(question));
  for (const question of questions) question.classList.toggle("is-next", question === next);
  return next;
}

function answer(value) {
  const next = questions.find((question) => !answered(question));
  if (!reached() || !next) return false;
  next.querySelector(`input[value="${value}"]`).checked = true;
  const after = markNext();
  if (!after) form.querySelector("button[type=submit]").focus();
  return true;
}

bindKey("1", t("answer_satisfied"), () => answer("satisfied"));
bindKey("2", t("answer_unsatisfied"), () => answer("unsatisfied"));
form.addEventListener("change", markNext);
markNext();
