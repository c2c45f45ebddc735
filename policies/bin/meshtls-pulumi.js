#!/usr/bin/env node
require("../dist/pipeline.js");
