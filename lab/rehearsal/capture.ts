/** The incident as the README shows it: captured from a run, between two markers. */

const BLOCK = /(<!-- incident -->\n)([\s\S]*?)(<!-- \/incident -->)/;

/** Only on this machine: which engine and provider it was. */
const OF_THE_MACHINE = /^(engine|provider) .*\n/gm;

/** What the README has to show for this output of `npm run incident`. */
export const captured = (output: string): string =>
  `\n\`\`\`text\n${output.replace(OF_THE_MACHINE, "").trim()}\n\`\`\`\n\n`;

/** What it shows now; undefined without the markers. */
export const shownIn = (readme: string): string | undefined => BLOCK.exec(readme)?.[2];

/** The README with this output in it. */
export const withCaptured = (readme: string, output: string): string =>
  readme.replace(BLOCK, (_, start: string, _shown: string, end: string) => `${start}${captured(output)}${end}`);
