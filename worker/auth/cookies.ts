/** Prefix of our cookies. Behind https better-auth puts `__Secure-` in front. */
export const COOKIE_PREFIX = "trade";

/** Name of the cookie that carries the session token, without a `__Secure-` prefix. */
export const SESSION_COOKIE = `${COOKIE_PREFIX}.session_token`;

/** How long a session may be accepted from its signed cookie after it was last checked against D1. */
export const COOKIE_CACHE_SECONDS = 300;
