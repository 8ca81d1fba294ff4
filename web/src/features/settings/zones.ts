export type ZoneOption = { readonly value: string; readonly label: string };

/** IANA zones that this browser knows, for a list to choose from. */
export function zoneNames(): readonly string[] {
  return ["UTC", ...Intl.supportedValuesOf("timeZone").filter((zone) => zone !== "UTC")];
}

/** The zones for times on screen: this computer's first. */
export function displayZones(): readonly ZoneOption[] {
  const own = new Intl.DateTimeFormat().resolvedOptions().timeZone;
  return [
    { value: "local", label: `This computer's (${own})` },
    ...zoneNames().map((zone) => ({ value: zone, label: zone.replaceAll("_", " ") })),
  ];
}
