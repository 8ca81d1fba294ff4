import { fireEvent, screen, waitFor, within } from "@solidjs/testing-library";
import { describe, expect, it, vi } from "vitest";
import { decimal } from "../../../../domain/decimal.ts";
import { preferences } from "../../data/preferences.ts";
import { ADA, GUEST, renderApp } from "../../testing/render-app.tsx";
import { refusal, type Call } from "../testing/render-desk.tsx";
import { NOW, sampleAccount, sampleRisk } from "../testing/samples.ts";
import { deviceWords } from "./device.ts";
import { followed, settingsOf, textsOf } from "./risk-form.ts";

const sessions = {
  sessions: [
    {
      id: "s1",
      current: true,
      createdAt: NOW,
      lastUsedAt: NOW,
      expiresAt: NOW + 1000,
      userAgent: "Mozilla/5.0 (Windows NT 10.0) Chrome/156.0 Safari/537",
      address: "10.0.0.1",
    },
    {
      id: "s2",
      current: false,
      createdAt: NOW,
      lastUsedAt: NOW,
      expiresAt: NOW + 1000,
      userAgent: "Mozilla/5.0 (iPhone) Safari/537",
      address: null,
    },
  ],
};

describe("the settings", () => {
  it("change the look at once and keep it", async () => {
    await renderApp({ path: "/settings" });
    fireEvent.change(await screen.findByLabelText("Theme"), { target: { value: "light" } });
    fireEvent.change(screen.getByLabelText("Which colour is up"), { target: { value: "swapped" } });
    fireEvent.change(screen.getByLabelText("Zone of all times"), { target: { value: "Asia/Tokyo" } });
    fireEvent.click(screen.getByRole("switch", { name: "Confirm every order" }));
    expect(preferences).toMatchObject({
      theme: "light",
      upColour: "swapped",
      zone: "Asia/Tokyo",
      confirmOrders: false,
    });
    expect(document.documentElement.dataset).toMatchObject({ theme: "light", up: "swapped" });
  });

  it("write every limit of the account, or say which field is wrong", async () => {
    const app = await renderApp({ path: "/settings" });
    const settings = { ...sampleAccount().limits, maximumOrderValue: decimal("2500") };
    app.answer((call) => (call.method === "PATCH" ? { status: 200, body: sampleRisk({ settings }) } : undefined));
    const form = within(await screen.findByRole("region", { name: "Risk of Paper" }));
    fireEvent.input(form.getByLabelText("Largest order (USD)"), { target: { value: "-5" } });
    expect(form.getByText("From 0.01 to 1000000000000, or empty for off")).toBeInTheDocument();
    fireEvent.click(form.getByRole("button", { name: "Save the limits" }));
    expect(app.calls).toEqual([]);
    fireEvent.input(form.getByLabelText("Largest order (USD)"), { target: { value: "2500" } });
    fireEvent.input(form.getByLabelText("Allowed pairs"), { target: { value: "btc/usd, ETH/USD" } });
    fireEvent.click(form.getByRole("button", { name: "Save the limits" }));
    expect(await form.findByText(/^Saved/)).toBeInTheDocument();
    expect(app.calls).toMatchObject([
      {
        method: "PATCH",
        path: "/api/accounts/account-1/risk",
        body: {
          changes: { maximumOrderValue: "2500", allowedSymbols: ["BTC/USD", "ETH/USD"] },
          seen: { maximumOrderValue: null, allowedSymbols: null },
        },
      },
    ]);
    // Without a change there is nothing to send.
    fireEvent.click(form.getByRole("button", { name: "Save the limits" }));
    expect(await form.findByText("Nothing is changed.")).toBeInTheDocument();
    expect(app.calls).toHaveLength(1);
  });

  it("keep what is typed when another device changed the same, and say so; whoever saves again has seen it", async () => {
    const app = await renderApp({ path: "/settings" });
    const message = "Largest order was changed meanwhile: it is 900 now and was off when you began.";
    const theirs = { ...sampleAccount().limits, maximumOrderValue: decimal("900") };
    let asked = 0;
    app.answer((call) => {
      if (call.path !== "/api/accounts/account-1/risk") {
        return undefined;
      }
      asked += call.method === "PATCH" ? 1 : 0;
      return call.method === "PATCH" && asked === 1
        ? { status: 409, body: { error: { code: "CONFLICT", message, details: {} } } }
        : { status: 200, body: sampleRisk({ settings: theirs }) };
    });
    const form = within(await screen.findByRole("region", { name: "Risk of Paper" }));
    fireEvent.input(form.getByLabelText("Largest order (USD)"), { target: { value: "2500" } });
    fireEvent.click(form.getByRole("button", { name: "Save the limits" }));
    expect(await form.findByText(message)).toBeInTheDocument();
    expect(form.getByLabelText("Largest order (USD)")).toHaveValue("2500");
    await waitFor(() => {
      fireEvent.click(form.getByRole("button", { name: "Save the limits" }));
      expect(app.calls.filter(({ method }) => method === "PATCH").at(-1)?.body).toEqual({
        changes: { maximumOrderValue: "2500" },
        seen: { maximumOrderValue: "900" },
      });
    });
  });

  it("tell when the loosening of a rule that has halted the account takes effect", async () => {
    const app = await renderApp({ path: "/settings" });
    const dueAt = Date.UTC(2026, 10, 25, 14, 5);
    const waits = [{ name: "drawdownPercent", dueAt }];
    const planned = { settings: { ...sampleAccount().limits, drawdownPercent: decimal("40") }, dueAt, waits };
    const notices = ["Drawdown has halted the account: the new limit waits until 14:05 UTC."];
    app.answer((call) =>
      call.method === "PATCH" ? { status: 200, body: sampleRisk({ planned, notices }) } : undefined,
    );
    const form = within(await screen.findByRole("region", { name: "Risk of Paper" }));
    fireEvent.input(form.getByLabelText("Largest order (USD)"), { target: { value: "2500" } });
    fireEvent.click(form.getByRole("button", { name: "Save the limits" }));
    expect(await form.findByText(notices[0] ?? "")).toBeInTheDocument();
    expect(form.getByText(/becomes 40 at 14:05/)).toBeInTheDocument();
  });

  it("list the sessions and end another one", async () => {
    const answer = (call: Call) => {
      if (call.method === "GET" && call.path === "/api/sessions") {
        return { status: 200, body: sessions };
      }
      return call.method === "DELETE" ? { status: 200, body: { ended: 1 } } : undefined;
    };
    const app = await renderApp({ session: ADA, path: "/settings", answer });
    const list = within(await screen.findByRole("region", { name: "Sessions" }));
    expect(await list.findByText(/iPhone/)).toBeInTheDocument();
    expect(list.getByText("this one")).toBeInTheDocument();
    fireEvent.click(list.getByRole("button", { name: "Sign out" }));
    expect(await list.findByText("Safari on iPhone is signed out.")).toBeInTheDocument();
    fireEvent.click(list.getByRole("button", { name: "Sign out all others" }));
    expect(await list.findByText("1 session ended.")).toBeInTheDocument();
    expect(app.calls.map((call) => call.path)).toEqual(["/api/sessions/s2", "/api/sessions?keep=current"]);
  });

  it("change the password, and put a wrong current one beside its field", async () => {
    const app = await renderApp({ session: ADA, path: "/settings" });
    let isWrong = true;
    app.answer((call) => {
      if (call.path !== "/api/auth/change-password") {
        return undefined;
      }
      return isWrong
        ? refusal(400, { code: "BAD_REQUEST", message: "bad", details: { currentPassword: "must be the current one" } })
        : { status: 200, body: ADA };
    });
    const you = within(await screen.findByRole("region", { name: "You" }));
    fireEvent.input(you.getByLabelText("Current password"), { target: { value: "wrong" } });
    fireEvent.input(you.getByLabelText("New password"), { target: { value: "correct horse battery" } });
    fireEvent.click(you.getByRole("button", { name: "Change password" }));
    expect(await you.findByText("It must be the current one.")).toBeInTheDocument();
    isWrong = false;
    fireEvent.click(you.getByRole("button", { name: "Change password" }));
    expect(await you.findByText(/Everybody else .* is signed out/)).toBeInTheDocument();
  });

  it("keep a changed name and offer a guest to sign up instead", async () => {
    const app = await renderApp({ session: ADA, path: "/settings" });
    app.answer((call) =>
      call.path === "/api/auth/update-user"
        ? { status: 200, body: { ...ADA, user: { ...ADA.user, name: "Ada L." } } }
        : undefined,
    );
    const you = within(await screen.findByRole("region", { name: "You" }));
    fireEvent.input(you.getByLabelText("Name"), { target: { value: "Ada L." } });
    fireEvent.click(you.getByRole("button", { name: "Save" }));
    await waitFor(() => expect(app.session.user()?.name).toBe("Ada L."));
  });

  it("offer a guest to keep the desk", async () => {
    await renderApp({ session: GUEST, path: "/settings" });
    expect(await screen.findByRole("link", { name: "Sign up to keep this desk" })).toHaveAttribute("href", "/sign-up");
  });

  it("delete everything only after the words were typed, and forget it here too", async () => {
    const app = await renderApp({ session: GUEST, path: "/settings" });
    app.answer((call) => (call.path === "/api/me" ? { status: 200, body: { done: true } } : undefined));
    fireEvent.click(await screen.findByRole("button", { name: "Delete everything…" }));
    const dialog = within(await screen.findByRole("dialog"));
    fireEvent.click(dialog.getByRole("button", { name: "Delete everything" }));
    expect(app.calls).toEqual([]);
    fireEvent.input(dialog.getByRole("textbox"), { target: { value: "delete everything" } });
    fireEvent.click(dialog.getByRole("button", { name: "Delete everything" }));
    expect(await screen.findByRole("button", { name: "Try it with paper money" })).toBeInTheDocument();
    expect(app.calls.map((call) => [call.method, call.path])).toEqual([["DELETE", "/api/me"]]);
  });

  it("hand out everything that is stored as a file", async () => {
    const click = vi.spyOn(HTMLAnchorElement.prototype, "click").mockImplementation(() => undefined);
    const app = await renderApp({ session: ADA, path: "/settings" });
    const history = { orders: [], fills: [], equity: [] };
    app.answer((call) =>
      call.path === "/api/me/export"
        ? { status: 200, body: { exportedAt: NOW, user: ADA.user, sessions: [], trader: {}, assistant: {}, history } }
        : undefined,
    );
    fireEvent.click(await screen.findByRole("button", { name: "Export everything" }));
    expect(await screen.findByText("Saved as tradewithai-export.json.")).toBeInTheDocument();
    expect(click).toHaveBeenCalledTimes(1);
    click.mockRestore();
  });
});

describe("limits as text", () => {
  const limits = {
    ...sampleAccount().limits,
    lossStreak: { losses: 4, minutes: 60 },
    maximumPositionQuantity: { BTC: decimal("1.5"), ETH: decimal("20") },
    allowedSymbols: ["BTC/USD"],
  };

  it("come back as they were", () => {
    expect(settingsOf(textsOf(limits))).toEqual({ settings: limits, errors: {} });
  });

  it("follow a change from elsewhere where nobody has typed, and keep what is typed with what it began from", () => {
    const now = { ...limits, ordersPerMinute: 5, drawdownPercent: decimal("7"), lossStreak: { losses: 4, minutes: 9 } };
    const typed = { ...textsOf(limits), drawdownPercent: "12" };
    const next = followed(typed, limits, now);
    expect(next.texts).toEqual({ ...textsOf(now), drawdownPercent: "12" });
    expect(next.base).toEqual({ ...now, drawdownPercent: limits.drawdownPercent });
  });

  it("refuse what the contract would refuse, field by field", () => {
    const texts = { ...textsOf(limits), ordersPerMinute: "", drawdownPercent: "101", "lossStreak.minutes": "soon" };
    const { settings, errors } = settingsOf(texts);
    expect(settings).toBeNull();
    expect(Object.keys(errors).toSorted()).toEqual(["drawdownPercent", "lossStreak", "ordersPerMinute"]);
  });
});

describe("a device in words", () => {
  it("is browser and system, or the beginning of what it calls itself", () => {
    expect(deviceWords("Mozilla/5.0 (X11; Linux x86_64) Firefox/140")).toBe("Firefox on Linux");
    expect(deviceWords("Mozilla/5.0 (Windows) Chrome/1 Safari/1 Edg/1")).toBe("Edge on Windows");
    expect(deviceWords("curl/8.1")).toBe("curl/8.1");
    expect(deviceWords(null)).toBe("Unknown device");
  });
});
