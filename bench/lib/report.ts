/** One line of a bench: what was measured, the figure, and what it is held against in the same run. */
export type Row = { readonly what: string; readonly figure: string; readonly against: string };

export type Section = { readonly title: string; readonly method: string; readonly rows: readonly Row[] };

export function printSection(section: Section): void {
  console.log(`\n## ${section.title}\n${section.method}\n`);
  const widths = {
    what: Math.max(...section.rows.map((row) => row.what.length), 4),
    figure: Math.max(...section.rows.map((row) => row.figure.length), 6),
  };
  for (const row of section.rows) {
    console.log(`  ${row.what.padEnd(widths.what)}  ${row.figure.padStart(widths.figure)}  ${row.against}`);
  }
}
