import { fireEvent, screen, within } from "@solidjs/testing-library";
import { describe, expect, it } from "vitest";
import type { NotificationsView } from "../../../../contract/notifications.ts";
import { renderApp } from "../../testing/render-app.tsx";
import { refusal, type Call } from "../testing/render-desk.tsx";
import { NOW } from "../testing/samples.ts";

const none: NotificationsView = { topics: ["halts", "stops"], webhook: null, telegram: null };
const hooked: NotificationsView = {
  ...none,
  webhook: {
    host: "example.org",
    enabled: true,
    waiting: 2,
    last: { at: NOW, delivered: false, message: "example.org answered 500." },
  },
};

describe("the outgoing channels", () => {
  it("keep a webhook and show its secret once", async () => {
    const app = await renderApp({
      path: "/settings",
      answer: (call: Call) =>
        call.path !== "/api/notifications"
          ? undefined
          : { status: 200, body: call.method === "PUT" ? { ...hooked, webhookSecret: "s3cret" } : none },
    });
    const form = within(await screen.findByRole("form", { name: "Webhook" }));
    fireEvent.input(form.getByLabelText("Address"), { target: { value: "https://example.org/hook" } });
    fireEvent.click(form.getByRole("button", { name: "Save the webhook" }));
    expect(await form.findByText("s3cret")).toBeInTheDocument();
    expect(form.getByText(/Sent to example\.org/).textContent).toContain("2 waiting");
    expect(app.calls).toMatchObject([{ method: "PUT", body: { webhook: { url: "https://example.org/hook" } } }]);
  });

  it("say of a test whether it arrived and what the other side said", async () => {
    const app = await renderApp({
      path: "/settings",
      answer: (call) => {
        if (call.path === "/api/notifications/test") {
          return { status: 200, body: { channel: "webhook", delivered: false, message: "example.org answered 500." } };
        }
        return call.path === "/api/notifications" ? { status: 200, body: hooked } : undefined;
      },
    });
    const section = within(await screen.findByRole("region", { name: "Notifications" }));
    fireEvent.click(await section.findByRole("button", { name: "Send a test to webhook" }));
    expect(await section.findByText("The test did not arrive: example.org answered 500.")).toBeInTheDocument();
    expect(app.calls).toMatchObject([{ body: { channel: "webhook" } }]);
  });

  it("say why they are not there", async () => {
    await renderApp({
      path: "/settings",
      answer: (call) =>
        call.path === "/api/notifications"
          ? refusal(503, { code: "TEMPORARILY_UNAVAILABLE", message: "The desk is busy.", details: {} })
          : undefined,
    });
    const section = within(await screen.findByRole("region", { name: "Notifications" }));
    expect(await section.findByRole("alert")).toHaveTextContent("The desk is busy.");
  });
});
