import { fireEvent, screen, waitFor, within } from "@solidjs/testing-library";
import { describe, expect, it } from "vitest";
import type { KrakenCredentialsView } from "../../../../contract/credentials.ts";
import type { Problem } from "../../../../domain/problem.ts";
import { preferences } from "../../data/preferences.ts";
import { ADA, renderApp, type RenderedApp } from "../../testing/render-app.tsx";
import { defaultWorld, refusal, type Answer, type Call } from "../testing/render-desk.tsx";
import {
  NOW,
  sampleCredential,
  sampleCredentials,
  sampleKrakenAccount,
  sampleOrder,
  sampleStanding,
  sampleState,
} from "../testing/samples.ts";

const KEY = "A".repeat(56);
const SECRET = `${"b".repeat(86)}==`;
const PATH = "/api/credentials/kraken";

const uses = Array.from({ length: 3 }, (_, index) => ({
  id: `use-${index}`,
  slot: "trading" as const,
  purpose: index === 0 ? "sign AddOrder" : "check the key",
  fingerprint: "a1b2c3d4",
  firstAt: NOW - index * 60_000,
  lastAt: NOW - index * 60_000,
  count: index + 1,
}));

type Keys = { now: KrakenCredentialsView };

/** The API of the keys: reading answers what stands; writes answer `write`. */
function api(keys: Keys, write: (call: Call) => Answer = () => undefined): (call: Call) => Answer {
  return (call) => {
    if (call.path.startsWith(`${PATH}/audit`)) {
      return call.path.includes("cursor=next-page")
        ? { status: 200, body: { rows: uses.slice(2), next: null } }
        : { status: 200, body: { rows: uses.slice(0, 2), next: "next-page" } };
    }
    if (call.method === "GET" && call.path === PATH) {
      return { status: 200, body: keys.now };
    }
    return call.path.startsWith(PATH) ? write(call) : undefined;
  };
}

async function renderKeys(
  now: KrakenCredentialsView,
  write?: (call: Call) => Answer,
  world = defaultWorld(),
): Promise<{ app: RenderedApp; section: ReturnType<typeof within> }> {
  const app = await renderApp({ session: ADA, path: "/settings", answer: api({ now }, write), world });
  return { app, section: within(await screen.findByRole("region", { name: "Kraken" })) };
}

async function fill(section: ReturnType<typeof within>, key = KEY, secret = SECRET): Promise<void> {
  fireEvent.input(await section.findByLabelText("API key"), { target: { value: key } });
  fireEvent.input(section.getByLabelText("Private key"), { target: { value: secret } });
}

function problem(code: Problem["code"], message: string, details: Problem["details"] = {}): Answer {
  return refusal(422, { code, message, details });
}

describe("connecting a Kraken key", () => {
  it("asks for a key of this desk alone, lists what to tick and what never, and warns on the simulator", async () => {
    const { section } = await renderKeys(sampleCredentials());
    await section.findByLabelText("API key");
    const text = (await screen.findByRole("region", { name: "Kraken" })).textContent;
    expect(text).toContain("Make a key that this desk alone uses");
    for (const label of ["Query funds", "Create & modify orders", "Cancel & close orders", "WebSocket interface"]) {
      expect(text).toContain(label);
    }
    expect(text).toContain("Withdraw funds: a key with it is refused");
    expect(text).toContain("Simulated exchange: never enter a real key.");
    expect(section.getByLabelText("Private key")).toHaveAttribute("type", "password");
  });

  it("sends nothing that cannot be a key, and never repeats what was typed", async () => {
    const { app, section } = await renderKeys(sampleCredentials());
    await fill(section, "not a key", "short");
    expect(section.getByText(/^Not an API key/)).toBeInTheDocument();
    expect(section.getByText(/^Not a private key/)).toBeInTheDocument();
    fireEvent.click(section.getByRole("button", { name: "Check and connect" }));
    expect(app.calls).toEqual([]);
  });

  it("shows what the key may do once it was checked, without the key", async () => {
    const { app, section } = await renderKeys(sampleCredentials(), () => ({
      status: 200,
      body: sampleCredentials({ trading: sampleCredential() }),
    }));
    await fill(section);
    fireEvent.click(section.getByRole("button", { name: "Check and connect" }));
    const card = await section.findByRole("region", { name: "Trading key" });
    expect(card.textContent).toContain("a1b2c3d4");
    expect(card.textContent).toContain("Query funds · granted");
    expect(card.textContent).toContain("Withdraw funds · not granted, as it should be");
    expect(document.body.innerHTML).not.toContain(KEY);
    expect(document.body.innerHTML).not.toContain(SECRET);
    expect(app.calls).toMatchObject([
      { method: "POST", path: PATH, body: { slot: "trading", key: KEY, secret: SECRET, confirmedNoWithdrawal: false } },
    ]);
  });

  it("says why a key that can withdraw is refused and how to mend it", async () => {
    const { section } = await renderKeys(sampleCredentials(), () =>
      problem("KEY_CAN_WITHDRAW", "This key can withdraw money, so it is not taken: untick “Withdraw funds”.", {
        "withdraw-funds": "sending money away from Kraken, which this desk never does",
      }),
    );
    await fill(section);
    fireEvent.click(section.getByRole("button", { name: "Check and connect" }));
    const alert = await section.findByRole("alert");
    expect(alert.textContent).toContain("This key can withdraw money");
    expect(alert.textContent).toContain("Withdraw funds: allows sending money away");
    expect(section.queryByRole("region", { name: "Trading key" })).toBeNull();
  });

  it("lists each missing permission with what it prevents", async () => {
    const { section } = await renderKeys(sampleCredentials(), () =>
      problem("KEY_LACKS_PERMISSION", "This key lacks what the desk needs.", {
        "close-trades": "cancelling orders",
        "query-ledger": "reading deposits, withdrawals and fees",
      }),
    );
    await fill(section);
    fireEvent.click(section.getByRole("button", { name: "Check and connect" }));
    const alert = await section.findByRole("alert");
    const items = within(alert).getAllByRole("listitem");
    expect(items.map(({ textContent }) => textContent)).toEqual([
      "Query ledger entries: without it no reading deposits, withdrawals and fees",
      "Cancel & close orders: without it no cancelling orders",
    ]);
  });

  it("takes a key about which Kraken does not tell only after its owner has looked", async () => {
    const { app, section } = await renderKeys(sampleCredentials(), (call) =>
      JSON.stringify(call.body).includes('"confirmedNoWithdrawal":true')
        ? { status: 200, body: sampleCredentials({ trading: sampleCredential({ permissionsSource: "tried" }) }) }
        : problem("KEY_UNCONFIRMED", "Kraken does not tell here whether this key can withdraw money."),
    );
    await fill(section);
    const connect = section.getByRole("button", { name: "Check and connect" });
    fireEvent.click(connect);
    const box = await section.findByRole("checkbox", { name: /I looked at this key/ });
    fireEvent.click(connect);
    expect(app.calls).toHaveLength(1);
    fireEvent.click(box);
    fireEvent.click(connect);
    expect(await section.findByRole("region", { name: "Trading key" })).toBeInTheDocument();
    expect(app.calls).toHaveLength(2);
  });

  it("says why this desk takes no keys, and offers none of it", async () => {
    const { section } = await renderKeys(sampleCredentials({ refusal: "A replay takes no Kraken key." }));
    expect(await section.findByText("A replay takes no Kraken key.")).toBeInTheDocument();
    expect(section.queryByLabelText("API key")).toBeNull();
  });
});

describe("a connected Kraken key", () => {
  const connected = sampleCredentials({ trading: sampleCredential() });

  it("is tested on demand: it works, or what Kraken says", async () => {
    let answer: Answer = { status: 200, body: { credential: sampleCredential(), problem: null } };
    const { section } = await renderKeys(connected, () => answer);
    fireEvent.click(await section.findByRole("button", { name: "Test connection" }));
    expect(await section.findByText(/^It works: Kraken answered at/)).toBeInTheDocument();
    const lost = sampleCredential({ lastError: { at: NOW, message: "Kraken refuses this key: EAPI:Invalid key." } });
    answer = {
      status: 200,
      body: {
        credential: lost,
        problem: { code: "KEY_REFUSED", message: "Kraken does not know this key.", details: {} },
      },
    };
    fireEvent.click(section.getByRole("button", { name: "Test connection" }));
    expect(await section.findByText("Kraken does not know this key.")).toBeInTheDocument();
    expect(section.queryByText(/^It works/)).toBeNull();
    expect(section.getByText(/EAPI:Invalid key/)).toBeInTheDocument();
  });

  it("says a missing permission where one was taken away later, and what that prevents", async () => {
    const credential = sampleCredential();
    const permissions = credential.permissions.map((entry) =>
      entry.permission === "close-trades" ? { ...entry, granted: false } : entry,
    );
    const { section } = await renderKeys(sampleCredentials({ trading: { ...credential, permissions } }));
    const card = await section.findByRole("region", { name: "Trading key" });
    expect(card.textContent).toContain("Cancel & close orders · missing: no cancelling orders");
  });

  it("is replaced: a blank field is unchanged, two blank ones change nothing", async () => {
    const { app, section } = await renderKeys(connected, () => ({ status: 200, body: connected }));
    fireEvent.click(await section.findByRole("button", { name: "Replace…" }));
    const dialog = within(await screen.findByRole("dialog"));
    fireEvent.click(dialog.getByRole("button", { name: "Check and replace" }));
    expect(app.calls).toEqual([]);
    fireEvent.input(dialog.getByLabelText("Private key"), { target: { value: SECRET } });
    fireEvent.click(dialog.getByRole("button", { name: "Check and replace" }));
    await waitFor(() => expect(screen.queryByRole("dialog")).toBeNull());
    expect(app.calls).toMatchObject([{ method: "PUT", path: PATH, body: { key: "", secret: SECRET } }]);
  });

  it("is deleted after saying what that does", async () => {
    const { app, section } = await renderKeys(connected, () => ({ status: 200, body: sampleCredentials() }));
    fireEvent.click(await section.findByRole("button", { name: "Delete…" }));
    const dialog = await screen.findByRole("dialog");
    expect(dialog.textContent).toContain("no orders, no cancels, no stops. Holdings and money there are not touched");
    fireEvent.click(within(dialog).getByRole("button", { name: "Delete the key" }));
    expect(await section.findByLabelText("API key")).toBeInTheDocument();
    expect(app.calls.map(({ path }) => path)).toEqual([`${PATH}?slot=trading&force=false`]);
  });

  it("with orders at Kraken is deleted only after a second yes", async () => {
    const world = defaultWorld({
      account: sampleState({
        account: sampleKrakenAccount(),
        openOrders: [sampleOrder({ accountId: "account-k", standing: sampleStanding() })],
      }),
    });
    const { app, section } = await renderKeys(connected, () => ({ status: 200, body: sampleCredentials() }), world);
    await screen.findByRole("button", { name: /^KRAKEN Kraken/ });
    fireEvent.click(await section.findByRole("button", { name: "Delete…" }));
    const dialog = within(await screen.findByRole("dialog"));
    expect(await dialog.findByText(/1 order of this desk is open at Kraken/)).toBeInTheDocument();
    fireEvent.click(dialog.getByRole("button", { name: "Delete the key" }));
    expect(app.calls).toEqual([]);
    fireEvent.click(dialog.getByRole("checkbox"));
    fireEvent.click(dialog.getByRole("button", { name: "Delete the key" }));
    await waitFor(() => expect(app.calls.map(({ path }) => path)).toEqual([`${PATH}?slot=trading&force=true`]));
  });

  it("asks again when the desk knows of orders that the page does not", async () => {
    const { app, section } = await renderKeys(connected, (call) =>
      call.path.includes("force=true")
        ? { status: 200, body: sampleCredentials() }
        : refusal(409, { code: "KEY_HAS_LIVE_ORDERS", message: "2 orders are live at Kraken.", details: {} }),
    );
    fireEvent.click(await section.findByRole("button", { name: "Delete…" }));
    const dialog = within(await screen.findByRole("dialog"));
    fireEvent.click(dialog.getByRole("button", { name: "Delete the key" }));
    expect(await dialog.findByText("2 orders are live at Kraken.")).toBeInTheDocument();
    fireEvent.click(dialog.getByRole("checkbox"));
    fireEvent.click(dialog.getByRole("button", { name: "Delete the key" }));
    await waitFor(() => expect(app.calls).toHaveLength(2));
  });

  it("tells every use of it, page by page", async () => {
    const { section } = await renderKeys(connected);
    const list = within(await section.findByRole("region", { name: "Table of uses" }));
    expect(await list.findByText("sign AddOrder")).toBeInTheDocument();
    expect(list.getAllByRole("row")).toHaveLength(3);
    fireEvent.click(section.getByRole("button", { name: "Older uses" }));
    await waitFor(() => expect(list.getAllByRole("row")).toHaveLength(4));
    expect(section.queryByRole("button", { name: "Older uses" })).toBeNull();
  });

  it("may have a read-only one beside it for history", async () => {
    const { app, section } = await renderKeys(connected, () => ({
      status: 200,
      body: sampleCredentials({
        trading: sampleCredential(),
        history: sampleCredential({ slot: "history", fingerprint: "eeff0011" }),
      }),
    }));
    fireEvent.click(await section.findByRole("button", { name: "Add a read-only key for history…" }));
    expect(section.getByRole("form", { name: "Connect a key for history" }).textContent).toContain(
      "Create & modify orders: a key with it is refused",
    );
    await fill(section);
    fireEvent.click(section.getByRole("button", { name: "Check and connect" }));
    expect((await section.findByRole("region", { name: "History key" })).textContent).toContain("eeff0011");
    expect(app.calls[0]?.body).toMatchObject({ slot: "history" });
  });

  it("is the way to its account; nothing switches to real money by itself", async () => {
    const world = defaultWorld({ others: [sampleState({ account: sampleKrakenAccount({ createdAt: NOW }) })] });
    const { app, section } = await renderKeys(connected, undefined, world);
    await screen.findByRole("button", { name: /^PAPER Paper/ });
    expect(preferences.activeAccountId).toBeNull();
    fireEvent.click(await section.findByRole("button", { name: "Go to it" }));
    await screen.findByRole("button", { name: /^KRAKEN Kraken/ });
    await waitFor(() => expect(app.path()).toMatch(/^\/trade/));
  });
});
