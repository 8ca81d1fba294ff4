/** The texts in which a secret could stand in a log. */
export function formsOf(secret: string): readonly string[] {
  const forms = [
    secret,
    ...formsOfBytes(Buffer.from(secret, "utf8")),
    ...urlForms(secret),
    secret.replaceAll("/", "\\/"),
  ];
  const bytes = Buffer.from(secret, "base64");
  // A secret that is base64 itself may be logged as the bytes that it stands for.
  const isBase64 = /^[A-Za-z0-9+/_-]{24,}=*$/u.test(secret);
  return [...new Set([...forms, ...(isBase64 ? formsOfBytes(bytes) : [])])];
}

function formsOfBytes(bytes: Buffer): readonly string[] {
  const hex = bytes.toString("hex");
  return [hex, hex.toUpperCase(), ...base64Forms(bytes)];
}

/** Inside another text that is encoded as a whole it may begin at any of three offsets. */
function base64Forms(bytes: Buffer): readonly string[] {
  return [0, 1, 2].flatMap((offset) => {
    const whole = Buffer.concat([Buffer.alloc(offset), bytes])
      .toString("base64")
      .replace(/=+$/u, "");
    // What depends on the neighbours too is cut off at both ends.
    const own = whole.slice(Math.ceil((offset * 8) / 6), Math.floor(((offset + bytes.length) * 8) / 6));
    return [own, own.replaceAll("+", "-").replaceAll("/", "_")];
  });
}

function urlForms(secret: string): readonly string[] {
  const encoded = encodeURIComponent(secret);
  const lower = encoded.replace(/%[0-9A-F]{2}/gu, (escape) => escape.toLowerCase());
  return [encoded, lower, encodeURIComponent(encoded)];
}
