/** `npm run sim`: the exchange simulator alone. Its options are those of exchange-sim/main.ts, which this only runs. */
import "../exchange-sim/main.ts";
