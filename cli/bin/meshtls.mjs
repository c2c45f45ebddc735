#!/usr/bin/env node
import module, { createRequire } from "node:module";

// Node 22 and newer keep compiled code between runs.
module.enableCompileCache?.();
// Not import(): it would search the whole bundle for names to export before running any of it.
createRequire(import.meta.url)("../dist/main.js");
