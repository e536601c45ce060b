// The board refreshes itself, and holds still while somebody points at it.

import { startQuietRefresh } from "outages/control/quiet_refresh";

startQuietRefresh(document.getElementById("board"));
