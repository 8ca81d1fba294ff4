import { fireEvent, screen, waitFor, within } from "@solidjs/testing-library";
import { describe, expect, it } from "vitest";
import { ADA, GUEST, accountShown, renderApp, type RenderedApp } from "../../testing/render-app.tsx";
import { sampleAccount } from "../testing/samples.ts";
import { refusal } from "../testing/render-desk.tsx";

function type(label: string | RegExp, text: string): void {
  fireEvent.input(screen.getByLabelText(label), { target: { value: text } });
}

async function fillSignIn(): Promise<void> {
  await screen.findByLabelText("E-mail");
  type("E-mail", "ada@example.org");
  type("Password", "correct horse battery");
}

function onSignIn(app: RenderedApp, first: ReturnType<typeof refusal>): void {
  let isFirst = true;
  app.answer((call) => {
    if (call.path !== "/api/auth/sign-in/email") {
      return undefined;
    }
    const answer = isFirst ? first : { status: 200, body: ADA };
    isFirst = false;
    return answer;
  });
}

describe("signing in", () => {
  it("opens the desk", async () => {
    const app = await renderApp({ session: null, path: "/sign-in" });
    onSignIn(app, { status: 200, body: ADA });
    await fillSignIn();
    fireEvent.click(screen.getByRole("button", { name: "Sign in" }));
    await waitFor(() => expect(app.path()).toContain("/trade/"));
    expect(app.session.user()?.name).toBe("Ada");
  });

  it("says that address and password do not belong together, in the same words for both", async () => {
    const app = await renderApp({ session: null, path: "/sign-in" });
    onSignIn(app, refusal(401, { code: "UNAUTHENTICATED", message: "no", details: {} }));
    await fillSignIn();
    fireEvent.click(screen.getByRole("button", { name: "Sign in" }));
    expect((await screen.findByRole("alert")).textContent).toContain(
      "E-mail address and password do not belong together.",
    );
  });

  it("says how long a locked address stays locked", async () => {
    const app = await renderApp({ session: null, path: "/sign-in" });
    onSignIn(app, refusal(429, { code: "LOCKED_OUT", message: "locked", details: { retryAfterSeconds: "845" } }));
    await fillSignIn();
    fireEvent.click(screen.getByRole("button", { name: "Sign in" }));
    expect((await screen.findByRole("alert")).textContent).toContain("Try again in 14 min 5 s.");
  });

  it("asks a guest first, and erases the guest's desk only after a yes", async () => {
    const app = await renderApp({ session: GUEST, path: "/sign-in" });
    const details = { reason: "guest", accounts: "1", positions: "2" };
    onSignIn(app, refusal(409, { code: "CONFLICT", message: "A guest is signed in.", details }));
    await fillSignIn();
    fireEvent.click(screen.getByRole("button", { name: "Sign in" }));
    const question = await screen.findByRole("dialog", { name: "Give up the guest's desk?" });
    expect(question.textContent).toContain("erases 1 account with 0 open orders and 2 positions.");
    fireEvent.click(within(question).getByRole("button", { name: "Erase it and sign in" }));
    await waitFor(() => expect(app.session.user()?.name).toBe("Ada"));
    expect(app.calls.map((call) => call.body)).toEqual([
      { email: "ada@example.org", password: "correct horse battery" },
      { email: "ada@example.org", password: "correct horse battery", discardGuest: true },
    ]);
  });
});

describe("signing up", () => {
  it("tells the rules of a password while it is typed and does not send a short one", async () => {
    const app = await renderApp({ session: null, path: "/sign-up" });
    await screen.findByLabelText("Name");
    type("Password", "short");
    expect(screen.getByText(/At least 12 characters: 7 to go/)).toBeInTheDocument();
    fireEvent.click(screen.getByRole("button", { name: "Sign up" }));
    expect(app.calls).toEqual([]);
    type("Password", "correct horse battery");
    expect(screen.getByText("At least 12 characters")).toBeInTheDocument();
  });

  it("tells a guest that everything stays, and shows the server's word on a common password beside the field", async () => {
    const app = await renderApp({ session: GUEST, path: "/sign-up" });
    expect(await screen.findByText(/Your accounts, open orders and history stay/)).toBeInTheDocument();
    app.answer((call) =>
      call.path === "/api/auth/sign-up/email"
        ? refusal(400, { code: "BAD_REQUEST", message: "bad", details: { password: "must not be a common one" } })
        : undefined,
    );
    type("Name", "Ada");
    type("E-mail", "ada@example.org");
    type("Password", "passwordpassword");
    fireEvent.click(screen.getByRole("button", { name: "Sign up" }));
    expect(await screen.findByText("It must not be a common one.")).toBeInTheDocument();
    expect(screen.getByLabelText("Password")).toHaveAttribute("aria-invalid", "true");
  });

  it("says when the address is taken", async () => {
    const app = await renderApp({ session: null, path: "/sign-up" });
    await screen.findByLabelText("Name");
    app.answer((call) =>
      call.method === "POST"
        ? refusal(409, { code: "CONFLICT", message: "taken", details: { reason: "email_taken" } })
        : undefined,
    );
    type("Name", "Ada");
    type("E-mail", "ada@example.org");
    type("Password", "correct horse battery");
    fireEvent.click(screen.getByRole("button", { name: "Sign up" }));
    expect((await screen.findByRole("alert")).textContent).toContain("Sign in instead.");
  });
});

describe("the end of a session", () => {
  it("asks to sign in again over the page, and everything is where it was", async () => {
    const app = await renderApp({ session: ADA, path: "/trade/ETH-USD?tf=1h" });
    await accountShown();
    let isOver = true;
    app.answer((call) => {
      if (call.path === "/api/session" && isOver) {
        return refusal(401, { code: "SESSION_EXPIRED", message: "over", details: {} });
      }
      return call.path === "/api/auth/sign-in/email" ? { status: 200, body: ADA } : undefined;
    });
    app.traderLine.lose(4401);
    const dialog = await screen.findByRole("dialog", { name: "Your session has ended" });
    expect(screen.getByLabelText("E-mail")).toHaveValue("ada@example.org");
    isOver = false;
    type("Password", "correct horse battery");
    fireEvent.click(within(dialog).getByRole("button", { name: "Sign in" }));
    await waitFor(() => expect(screen.queryByRole("dialog")).toBeNull());
    expect(app.path()).toBe("/trade/ETH-USD?tf=1h");
    await accountShown();
    app.traderSends("account_opened", { account: sampleAccount({ name: "Paper, heard again" }) });
    expect(await screen.findByRole("button", { name: /^PAPER Paper, heard again/ })).toBeInTheDocument();
  });

  it("offers a guest, who cannot sign in again, a new start", async () => {
    const app = await renderApp({ session: GUEST });
    await accountShown();
    app.answer((call) =>
      call.path === "/api/session"
        ? refusal(401, { code: "SESSION_EXPIRED", message: "over", details: {} })
        : undefined,
    );
    await app.session.refresh();
    fireEvent.click(await screen.findByRole("button", { name: "Start as a new guest" }));
    await waitFor(() => expect(app.calls.map((call) => call.path)).toEqual(["/api/auth/sign-in/anonymous"]));
  });

  it("is a choice too: signing out says what stays and what a guest loses", async () => {
    const app = await renderApp({ session: GUEST });
    await accountShown();
    fireEvent.click(screen.getByRole("button", { name: "Your account and settings" }));
    fireEvent.click(await screen.findByRole("menuitem", { name: "Sign out" }));
    const dialog = await screen.findByRole("dialog", { name: "Sign out?" });
    expect(dialog.textContent).toContain("0 open orders and 0 positions of this account stay as they are.");
    expect(dialog.textContent).toContain("without a sign-up nobody can come back");
    fireEvent.click(within(dialog).getByRole("button", { name: "Sign out and lose this desk" }));
    expect(await screen.findByRole("button", { name: "Try it with paper money" })).toBeInTheDocument();
    expect(app.session.state().type).toBe("signed-out");
  });
});
