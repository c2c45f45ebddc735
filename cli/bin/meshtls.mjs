#!/usr/bin/env node
import module, { createRequire } from "node:module";
import { setFlagsFromString } from "node:v8";

// Node 22 and newer keep compiled code between runs.
module.enableCompileCache?.();
// Node 20 spends a third of a run on optimizing code that is soon over: it had better wait longer (bytes of bytecode run; V8's own: 67,584).
if (process.version.startsWith("v20.")) setFlagsFromString("--interrupt-budget=800000");
// Not import(): it would search the whole bundle for names to export before running any of it.
createRequire(import.meta.url)("../dist/main.js");
