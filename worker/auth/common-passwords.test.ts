import { describe, expect, it } from "vitest";
import { weaknessOf } from "./common-passwords.ts";

describe("weaknessOf", () => {
  it.each([
    "password1234",
    "Password123!",
    "P@ssw0rd1234",
    "passwordpassword",
    "iloveyou2024",
    "1234567890123",
    "123456789012",
    "qwertyuiop12",
    "1qaz2wsx3edc",
    "1q2w3e4r5t6y",
    "zaq1xsw2cde3",
    "poiuytrewqlk",
    "aaaaaaaaaaaa",
    "abcabcabcabc",
    "manchesterunited",
    "unbelievable",
    "administrator",
    "letmein123456",
    "welcome12345",
    "changeme2026!",
    "monkeydragon77",
    "bitcoin20202021",
    "trustno1trustno",
    "ILoveYouForever",
  ])("refuses %s", (password) => {
    expect(weaknessOf(password, [])).not.toBeNull();
  });

  it.each([
    "correct horse battery staple",
    "Tr0ub4dor&3-lamp",
    "kettle-violin-73",
    "zX9#kPq2!vLm",
    "my dog eats purple turnips",
    "ünïcödé-räubér",
    "blue kettle rides 7 trains",
  ])("accepts %s", (password) => {
    expect(weaknessOf(password, [])).toBeNull();
  });

  it("refuses what consists of the person's own name or address", () => {
    expect(weaknessOf("ada.lovelace1815", ["ada.lovelace", "Ada Lovelace"])).toContain("your name");
    expect(weaknessOf("kettle-violin-ada.lovelace", ["ada.lovelace"])).toBeNull();
  });

  it("says in which way it is weak", () => {
    expect(weaknessOf("abababababab", [])).toContain("few characters");
    expect(weaknessOf("winter7winter7", [])).toContain("repeats one piece");
    expect(weaknessOf("qwertyuiopas", [])).toContain("keyboard");
    expect(weaknessOf("sunshine2019!", [])).toContain("common passwords");
  });
});
