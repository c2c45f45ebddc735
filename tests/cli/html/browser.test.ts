import { existsSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { pathToFileURL } from "node:url";
import { chromium, type Browser, type Page } from "playwright-core";
import { printHtml } from "../../../cli/printers/html";
import { folder } from "../support/meshtls";
import { REPORT } from "../support/report";

/** The report in a real browser. Needs a Chromium: Debian's `chromium`, or the one that CHROMIUM names. */
const BROWSER = [
  process.env["CHROMIUM"],
  "/usr/bin/chromium",
  "/usr/bin/chromium-browser",
  "/usr/bin/google-chrome",
].find((path) => path !== undefined && existsSync(path));
if (BROWSER === undefined)
  console.warn("the report is not opened: no chromium was found (apt-get install chromium, or CHROMIUM=path)");

/** The contrast of each small text with its ground, as WCAG counts it; runs in the page. */
const CONTRASTS = `(() => {
  const canvas = document.createElement("canvas").getContext("2d", { willReadFrequently: true });
  const luminance = (colour) => {
    canvas.fillStyle = colour;
    canvas.fillRect(0, 0, 1, 1);
    const [red, green, blue] = [...canvas.getImageData(0, 0, 1, 1).data].map((value) =>
      value / 255 <= 0.04045 ? value / 255 / 12.92 : ((value / 255 + 0.055) / 1.055) ** 2.4);
    return 0.2126 * red + 0.7152 * green + 0.0722 * blue;
  };
  const groundOf = (element) => {
    while (element.parentElement && getComputedStyle(element).backgroundColor === "rgba(0, 0, 0, 0)") element = element.parentElement;
    return getComputedStyle(element).backgroundColor;
  };
  return [...document.querySelectorAll(".badge, .matrix td a, .faint, caption, dt")].map((element) => {
    const [dark, light] = [luminance(getComputedStyle(element).color), luminance(groundOf(element))].sort((a, b) => a - b);
    return (light + 0.05) / (dark + 0.05);
  });
})()`;

(BROWSER === undefined ? describe.skip : describe)("in a browser", () => {
  jest.setTimeout(120_000);
  let browser: Browser;
  let page: Page;
  const problems: string[] = [];
  const requests: string[] = [];
  const file = join(folder({}), "report.html");

  beforeAll(async () => {
    writeFileSync(file, printHtml(REPORT, { colour: false, quiet: false }));
    browser = await chromium.launch({ executablePath: BROWSER ?? "", args: ["--no-sandbox"] });
  });
  afterAll(async () => {
    await browser.close();
  });
  beforeEach(async () => {
    page = await browser.newPage();
    page.on("console", (message) => problems.push(message.text()));
    page.on("pageerror", (error) => problems.push(error.message));
    page.on("request", (request) => requests.push(request.url()));
    await page.goto(pathToFileURL(file).href);
  });
  afterEach(async () => {
    await page.close();
    expect(problems).toEqual([]);
    expect(requests.filter((url) => !url.startsWith("file:"))).toEqual([]);
  });

  const shown = (): Promise<number> => page.locator("details.flow:visible").count();

  test("a cell opens its flow, with the evidence", async () => {
    await page
      .getByRole("link", { name: /order-core.*refused, wrong-version-number/ })
      .first()
      .click();
    const flow = page.locator("#flow-1");
    expect(await flow.getAttribute("open")).not.toBeNull();
    expect(await flow.getByText("Looked at").isVisible()).toBe(true);
    expect(await page.evaluate("document.activeElement.tagName")).toBe("SUMMARY");
  });

  test("by keyboard alone: search, and open what is left", async () => {
    await page.keyboard.press("/");
    await page.keyboard.type("seat mtls.monitoring");
    expect(await shown()).toBe(1);
    expect(await page.getByRole("status").textContent()).toBe("1 of 4 flows shown");
    await page.keyboard.press("Escape");
    expect(await shown()).toBe(4);
    await page.locator("#flow-2 summary").focus();
    await page.keyboard.press("Enter");
    expect(await page.locator("#flow-2").getByText("Namespace staging-webs").isVisible()).toBe(true);
  });

  test("outcomes are filtered, in the list, the matrix and the picture", async () => {
    await page.getByRole("checkbox", { name: /mtls/ }).uncheck();
    await page.getByRole("checkbox", { name: /plaintext/ }).uncheck();
    expect(await shown()).toBe(2);
    expect(await page.locator("a.edge:visible").count()).toBe(2);
    expect(await page.locator("td.dim").count()).toBe(2);
  });

  test("nothing fits: that is said; a link to what is hidden shows it again", async () => {
    await page.getByRole("searchbox").fill("no such thing");
    expect(await page.getByText("No flow fits the search.").isVisible()).toBe(true);
    await page.locator("td a").first().click();
    expect(await shown()).toBe(4);
  });

  test("dark when the reader's system is, and print opens everything", async () => {
    const background = (): Promise<unknown> => page.evaluate("getComputedStyle(document.body).backgroundColor");
    const light = await background();
    await page.emulateMedia({ colorScheme: "dark" });
    expect(await background()).not.toBe(light);
    await page.evaluate("dispatchEvent(new Event('beforeprint'))");
    expect(await page.locator("details:not([open])").count()).toBe(0);
    await page.evaluate("dispatchEvent(new Event('afterprint'))");
    expect(await page.locator("details[open]").count()).toBe(0);
  });

  test("text stands out from its ground, in light and in dark (WCAG 2.2: 4.5)", async () => {
    for (const colorScheme of ["light", "dark"] as const) {
      await page.emulateMedia({ colorScheme });
      const contrasts = (await page.evaluate(CONTRASTS)) as number[];
      expect(contrasts.length).toBeGreaterThan(10);
      expect(Math.min(...contrasts)).toBeGreaterThanOrEqual(4.5);
    }
  });
});
