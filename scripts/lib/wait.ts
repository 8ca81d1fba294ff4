/** Resolves true as soon as the address answers 2xx, false when it has not done so in time (milliseconds). */
export async function answers(url: string, limit: number, signal: AbortSignal): Promise<boolean> {
  const end = Date.now() + limit;
  while (Date.now() < end && !signal.aborted) {
    if (await isOk(url)) {
      return true;
    }
    await pause(150);
  }
  return false;
}

/** Resolves after so many milliseconds. */
export async function pause(milliseconds: number): Promise<void> {
  return new Promise((resolve) => {
    setTimeout(resolve, milliseconds);
  });
}

async function isOk(url: string): Promise<boolean> {
  try {
    const response = await fetch(url, { signal: AbortSignal.timeout(5_000) });
    await response.arrayBuffer();
    return response.ok;
  } catch {
    return false; // not listening yet
  }
}
