import { existsSync, statSync, writeFileSync } from "node:fs";
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

  describe("300 clients by 5 ports", () => {
    const large = join(folder({}), "large.html");
    const outcomes = ["refused", "mtls", "plaintext", "mtls", "mtls"] as const;
    const [sample] = REPORT.flows;

    beforeAll(() => {
      if (sample === undefined) throw new Error("the report has no flow");
      const { symptom, ...rest } = sample;
      const flows = Array.from({ length: 1500 }, (_, at) => {
        const outcome = outcomes[at % 5] ?? "mtls";
        const client = Math.floor(at / 5);
        return {
          ...rest,
          from: {
            kind: "Deployment",
            namespace: `team-${client % 30}`,
            name: `a-service-of-a-long-name-${client}`,
          },
          to: { host: `collector-${at % 5}.monitoring.svc.cluster.local`, port: 4317 },
          asked: `collector-${at % 5}.monitoring:4317`,
          outcome,
          ...(outcome === "refused" && symptom !== undefined ? { symptom } : {}),
        };
      });
      writeFileSync(large, printHtml({ ...REPORT, flows }, { colour: false, quiet: false }));
      expect(statSync(large).size).toBeLessThan(4_000_000);
    });
    beforeEach(async () => {
      await page.goto(pathToFileURL(large).href);
    });

    const box = async (selector: string) => {
      const found = await page.locator(selector).first().boundingBox();
      if (found === null) throw new Error(`${selector} is not shown`);
      return found;
    };

    test("the matrix scrolls in a window of its own, and its ports and clients stay in sight", async () => {
      await page.evaluate("document.querySelector('.window').scrollTo(150, 4000)");
      const [region, head, client] = [
        await box(".window"),
        await box(".matrix thead th"),
        await box(".matrix tbody th"),
      ];
      expect(region.height).toBeLessThan(720);
      expect(Math.abs(head.y - region.y)).toBeLessThan(2);
      expect(Math.abs(client.x - region.x)).toBeLessThan(2);
    });

    test("a cell that is tabbed to is not hidden behind clients or ports", async () => {
      await page.setViewportSize({ width: 700, height: 600 });
      await page.evaluate("document.querySelector('.matrix tbody tr:nth-child(40) td:nth-child(6) a').focus()");
      for (let back = 0; back < 12; back++) {
        await page.keyboard.press("Shift+Tab");
        const [cell, head] = [await box(":focus"), await box(".matrix thead th")];
        expect(cell.x).toBeGreaterThanOrEqual(head.x + head.width - 1);
        expect(cell.y).toBeGreaterThanOrEqual(head.y + head.height - 1);
      }
    });

    test("a search leaves the rows that fit, and no empty picture", async () => {
      await page.getByRole("searchbox").fill("long-name-299 collector-3");
      expect(await page.getByRole("status").textContent()).toBe("1 of 1500 flows shown");
      expect(await page.locator(".matrix tbody tr:visible").count()).toBe(1);
      expect(await page.getByRole("heading", { name: "Who talks to whom" }).isVisible()).toBe(false);
    });

    test("what does not work is drawn first", async () => {
      expect(await page.locator("a.edge").count()).toBe(60);
      expect(await page.locator("a.edge.refused").count()).toBe(60);
    });

    test("every control has a name, no id is twice, every link leads somewhere", async () => {
      const found = (await page.evaluate(`(() => {
        const all = (selector) => [...document.querySelectorAll(selector)];
        const named = (one) => (one.getAttribute("aria-label") ?? one.textContent).trim() !== "" || one.labels?.length > 0;
        const ids = all("[id]").map(({ id }) => id);
        return {
          unnamed: all("a, button, input, summary, [role=region], svg").filter((one) => !named(one) && !one.hasAttribute("aria-labelledby")).length,
          twice: ids.length - new Set(ids).size,
          nowhere: all("a[href^='#']").filter((link) => document.getElementById(link.getAttribute("href").slice(1)) === null).length,
        };
      })()`)) as object;
      expect(found).toEqual({ unnamed: 0, twice: 0, nowhere: 0 });
    });

    test("printed, the matrix is whole", async () => {
      await page.emulateMedia({ media: "print" });
      const overflow = await page.evaluate(
        "(({ scrollHeight, clientHeight }) => scrollHeight - clientHeight)(document.querySelector('.window'))",
      );
      expect(overflow).toBeLessThan(2);
    });
  });
});
