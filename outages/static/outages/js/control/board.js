// The board refreshes itself, and holds still while somebody points at it. How many cases are
// overdue stands in the title too: it is read on a tab in the background, without a sound.

import { startQuietRefresh } from "outages/control/quiet_refresh";

const board = document.getElementById("board");

function countInTitle() {
  const late = Number(board.querySelector("[data-late]")?.dataset.late || 0);
  const bare = document.title.replace(/^\(\d+\)\s*/, "").trim();
  document.title = late ? `(${late}) ${bare}` : bare;
}

startQuietRefresh(board);
new MutationObserver(countInTitle).observe(board, { childList: true });
countInTitle();
