import { mkdirSync, symlinkSync, writeFileSync } from "node:fs";
import { join, relative } from "node:path";
import { filesOf } from "../../../cli/sources/walk";
import { folder } from "../support/meshtls";

const names = (path: string): string[] => filesOf([path]).files.map((file) => relative(path, file.path));

test("folders: manifests only, in the order of their names, hidden ones and node_modules passed over", () => {
  const path = folder({
    "b.yaml": "",
    "a.yml": "",
    "B.YAML": "",
    "a/z.json": "",
    "a.txt": "",
    ".git/x.yaml": "",
    ".x.yaml": "",
    "node_modules/x.yaml": "",
    "c/node_modules/x.yaml": "",
  });
  expect(names(path)).toEqual(["B.YAML", "a/z.json", "a.yml", "b.yaml"]);
});

test("a file that is named is taken whatever it is called, and once", () => {
  const path = folder({ "manifest.txt": "", "a.yaml": "" });
  const { files } = filesOf([join(path, "manifest.txt"), path, join(path, "a.yaml"), path]);
  expect(files.map((file) => [relative(path, file.path), file.walked])).toEqual([
    ["manifest.txt", false],
    ["a.yaml", true],
  ]);
});

test("links are followed, loops end, links to nowhere are a problem only where they claim to be manifests", () => {
  const path = folder({ "real/a.yaml": "" });
  symlinkSync(path, join(path, "loop"));
  symlinkSync(join(path, "real"), join(path, "again"));
  symlinkSync(join(path, "nowhere"), join(path, "gone"));
  symlinkSync(join(path, "nowhere"), join(path, "gone.yaml"));
  const { files, problems } = filesOf([path]);
  expect(files).toHaveLength(1);
  expect(problems.map((problem) => [relative(path, problem.path), problem.message])).toEqual([
    ["gone.yaml", "does not exist"],
  ]);
});

test("every path that is not there is a problem of its own", () => {
  const path = folder({});
  expect(filesOf([join(path, "a"), join(path, "b")]).problems.map(({ message }) => message)).toEqual([
    "does not exist",
    "does not exist",
  ]);
});

test("what only looks like a manifest by name is not read while walking", () => {
  const path = folder({});
  mkdirSync(join(path, "folder.yaml"));
  writeFileSync(join(path, "folder.yaml", "a.yaml"), "");
  expect(names(path)).toEqual(["folder.yaml/a.yaml"]);
});
