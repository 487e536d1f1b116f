/** Entry of `pnpm bench:docs`: writes what pages tell of the last reports anew. */
import { rewritePages } from "./results.ts";

rewritePages();
