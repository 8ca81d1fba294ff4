/** Every kind of secret there is. A run of the tests has to have met each of them, or its search of the logs proves too little. */
export const SECRET_KINDS = [
  "AUTH_SECRET",
  "VAULT_SECRET",
  "session",
  "password",
  "ticket of a socket",
  "key of the exchange",
  "secret of the exchange",
  "token of the exchange's socket",
  "key of a model provider",
  "token of a Telegram bot",
  "address of a webhook",
  "secret of a webhook",
] as const;

export type SecretKind = (typeof SECRET_KINDS)[number];

export type NotedSecret = { readonly what: SecretKind; readonly secret: string };
