export const SYMBOLS = Array.from({ length: 50 }, (_, index) => `C${String(index).padStart(2, "0")}/USD`);
