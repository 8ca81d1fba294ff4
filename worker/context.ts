/** What travels with a request through the middlewares of the Worker. */
import type { Context } from "hono";
import type { ErrorCode } from "../domain/problem.ts";
import type { Visitor } from "./auth/visitor.ts";
import type { Config } from "./env.ts";

export type AppEnv = {
  Bindings: Env;
  Variables: {
    requestId: string;
    config: Config;
    /** Code of the refusal, for the log line; absent when the answer is a success. */
    code?: ErrorCode;
    /** Set by requireVisitor. */
    visitor?: Visitor;
  };
};

export type AppContext = Context<AppEnv>;
