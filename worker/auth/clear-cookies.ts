import type { AppContext } from "../context.ts";
import { authFor } from "./auth.ts";
import { authHeaders } from "./visitor.ts";

/** Makes the browser drop its session cookies. */
export async function clearCookies(c: AppContext): Promise<void> {
  const response = await authFor(c.env, c.var.config).api.signOut({
    headers: authHeaders(c, false),
    asResponse: true,
  });
  for (const cookie of response.headers.getSetCookie()) {
    c.header("set-cookie", cookie, { append: true });
  }
}
