/** /api/auth/*: the few paths of better-auth that the desk needs, in our shapes. All others do not exist. */
import { createRoute, type OpenAPIHono } from "@hono/zod-openapi";
import {
  changePasswordRequest,
  done,
  signedIn,
  signInRequest,
  signUpRequest,
  updateUserRequest,
} from "../../contract/auth.ts";
import type { Result } from "../../domain/problem.ts";
import { eq } from "drizzle-orm";
import { z } from "zod";
import { AUTH_PATH } from "../auth/auth.ts";
import { clearCookies } from "../auth/clear-cookies.ts";
import { requireCheckedVisitor, visitorOf } from "../auth/require-visitor.ts";
import { endSessions } from "../auth/sessions.ts";
import { changePassword, signIn, signInAsGuest, signUp, type SignedInSession } from "../auth/sign-in.ts";
import { findVisitor } from "../auth/visitor.ts";
import type { AppContext, AppEnv } from "../context.ts";
import { database, tables } from "../database.ts";
import { json, refusal } from "../http/problem.ts";
import { answers, body, SIGNED_IN } from "../http/route.ts";
import { sessionView } from "./session.ts";

const tags = ["Signing in"];
const nothing = z.strictObject({});

const anonymousRoute = createRoute({
  method: "post",
  path: `${AUTH_PATH}/sign-in/anonymous`,
  tags,
  summary: "Try it with paper money",
  request: { body: body(nothing) },
  responses: answers(signedIn, "A new guest"),
});

const signUpRoute = createRoute({
  method: "post",
  path: `${AUTH_PATH}/sign-up/email`,
  tags,
  summary: "Sign up; a guest keeps everything",
  request: { body: body(signUpRequest) },
  responses: answers(signedIn, "The named user"),
});

const signInRoute = createRoute({
  method: "post",
  path: `${AUTH_PATH}/sign-in/email`,
  tags,
  summary: "Sign in",
  request: { body: body(signInRequest) },
  responses: answers(signedIn, "The user"),
});

const signOutRoute = createRoute({
  method: "post",
  path: `${AUTH_PATH}/sign-out`,
  tags,
  summary: "Sign out",
  request: { body: body(nothing) },
  responses: answers(done, "Signed out"),
});

const changePasswordRoute = createRoute({
  method: "post",
  path: `${AUTH_PATH}/change-password`,
  tags,
  summary: "Change the password; the other sessions end",
  security: SIGNED_IN,
  middleware: requireCheckedVisitor,
  request: { body: body(changePasswordRequest) },
  responses: answers(signedIn, "The new session"),
});

const updateUserRoute = createRoute({
  method: "post",
  path: `${AUTH_PATH}/update-user`,
  tags,
  summary: "Change the name",
  security: SIGNED_IN,
  middleware: requireCheckedVisitor,
  request: { body: body(updateUserRequest) },
  responses: answers(signedIn, "The user"),
});

export function addAuthRoutes(app: OpenAPIHono<AppEnv>): void {
  app.openapi(anonymousRoute, async (c) => welcome(c, await signInAsGuest(c)));
  app.openapi(signUpRoute, async (c) => welcome(c, await signUp(c, c.req.valid("json"))));
  app.openapi(signInRoute, async (c) => welcome(c, await signIn(c, c.req.valid("json"))));

  app.openapi(changePasswordRoute, async (c) => welcome(c, await changePassword(c, visitorOf(c), c.req.valid("json"))));

  app.openapi(updateUserRoute, async (c) => {
    const visitor = visitorOf(c);
    const { name } = c.req.valid("json");
    await database(c.env)
      .update(tables.users)
      .set({ name, updatedAt: new Date() })
      .where(eq(tables.users.id, visitor.userId));
    // Read again, so that the signed cookie and this isolate's memory carry the new name.
    const renamed = await findVisitor(c, "authoritative");
    return renamed.ok ? json(c, sessionView(renamed.value)) : refusal(c, renamed.error);
  });

  app.openapi(signOutRoute, async (c) => {
    const found = await findVisitor(c, "authoritative");
    if (!found.ok && found.error.code === "TEMPORARILY_UNAVAILABLE") {
      return refusal(c, found.error);
    }
    if (found.ok) {
      c.set("visitor", found.value);
      await endSessions(c.env, c.var.config, found.value, (id) => id === found.value.sessionId);
    }
    await clearCookies(c);
    return json(c, { done: true });
  });
}

/** The new session for a browser as cookies, for a program (no Origin) as a token. */
function welcome(c: AppContext, result: Result<SignedInSession>): Response {
  if (!result.ok) {
    return refusal(c, result.error);
  }
  const { visitor, token, cookies } = result.value;
  c.set("visitor", visitor);
  if (c.req.header("origin") === undefined) {
    return json(c, { ...sessionView(visitor), token });
  }
  for (const cookie of cookies) {
    c.header("set-cookie", cookie, { append: true });
  }
  return json(c, sessionView(visitor));
}
