/** The page's style. Colours have a contrast of at least 4.5 to what they stand on (WCAG 2.2, 1.4.3). */
export const STYLE = `
:root{color-scheme:light dark;--bg:#fff;--panel:#f6f7f9;--text:#1b1f24;--faint:#57606a;--line:#d0d7de;--link:#0a58ca;
--refused:#b3261e;--refused-bg:#fde7e5;--unknown:#7a5200;--unknown-bg:#fff1c9;--plaintext:#9a4500;--plaintext-bg:#ffe9d6;
--tls:#0b57a4;--tls-bg:#e1effd;--mtls:#1a6b2f;--mtls-bg:#e0f3e4}
@media (prefers-color-scheme:dark){:root{--bg:#0f1318;--panel:#171c23;--text:#e6e9ee;--faint:#9aa5b1;--line:#313944;--link:#7ab7ff;
--refused:#ff9a92;--refused-bg:#451714;--unknown:#f3c969;--unknown-bg:#3d2f06;--plaintext:#ffb27a;--plaintext-bg:#41230a;
--tls:#86c0ff;--tls-bg:#0d2c4d;--mtls:#7ddb94;--mtls-bg:#0f3319}}
*{box-sizing:border-box}
body{margin:0;background:var(--bg);color:var(--text);font:15px/1.5 system-ui,-apple-system,"Segoe UI",Roboto,"DejaVu Sans",sans-serif}
main,header{max-width:1120px;margin:0 auto;padding:0 24px}
header{padding-top:28px}
h1{font-size:24px;margin:0 0 4px}
h2{font-size:18px;margin:32px 0 10px}
h3{font-size:14px;margin:12px 0 4px;color:var(--faint)}
p{margin:4px 0}
a{color:var(--link)}
code{font:13px/1.4 ui-monospace,SFMono-Regular,Menlo,"DejaVu Sans Mono",monospace;overflow-wrap:anywhere}
:focus-visible{outline:3px solid var(--link);outline-offset:2px;border-radius:4px}
.skip{position:absolute;left:-9999px}
.skip:focus{left:16px;top:8px;background:var(--bg);padding:6px 10px}
.faint{color:var(--faint)}
.counts{display:flex;flex-wrap:wrap;gap:8px;margin:14px 0 0;padding:0;list-style:none}
.badge{display:inline-block;padding:1px 9px;border-radius:999px;font-size:13px;font-weight:600;white-space:nowrap;border:1px solid currentColor}
.refused,.error{color:var(--refused);background:var(--refused-bg)}
.unknown,.warning{color:var(--unknown);background:var(--unknown-bg)}
.plaintext{color:var(--plaintext);background:var(--plaintext-bg)}
.tls{color:var(--tls);background:var(--tls-bg)}
.mtls{color:var(--mtls);background:var(--mtls-bg)}
.tools{display:none;gap:12px 20px;flex-wrap:wrap;align-items:end;position:sticky;top:0;z-index:3;background:var(--bg);padding:14px 0;margin-top:10px;border-bottom:1px solid var(--line)}
.js .tools{display:flex}
.tools label{display:inline-flex;gap:6px;align-items:center}
.tools fieldset{border:0;margin:0;padding:0;display:flex;flex-wrap:wrap;gap:6px 14px}
.tools legend{font-size:13px;color:var(--faint);padding:0;float:left;margin-right:12px}
.tools .search{display:block;font-size:13px;color:var(--faint)}
input[type=search]{display:block;width:280px;max-width:100%;font:inherit;padding:6px 10px;color:inherit;background:var(--panel);border:1px solid var(--faint);border-radius:6px}
html{scroll-padding:90px 0 20px}
.scroll{overflow-x:auto}
table{border-collapse:collapse;margin:6px 0}
caption{text-align:left;color:var(--faint);font-size:13px;padding-bottom:6px}
th,td{border:1px solid var(--line);padding:6px 10px;text-align:left;vertical-align:top;overflow-wrap:anywhere}
thead th{background:var(--panel);font-size:13px}
.matrix{font-size:14px}
.matrix th,.matrix td{white-space:nowrap;overflow-wrap:normal}
.window{overflow:auto;max-height:75vh}
.matrix{margin:0;border-collapse:separate;border-spacing:0}
.matrix caption{position:sticky;left:0}
.matrix thead th{position:sticky;top:0;z-index:1}
.matrix thead th:first-child{left:0;z-index:2}
.matrix tbody th{position:sticky;left:0;background:var(--panel);font-weight:500}
.matrix td a{color:inherit;font-weight:600;text-decoration:none;display:block}
.matrix td a:hover{text-decoration:underline}
.matrix .empty{color:var(--faint);text-align:center}
.matrix td.dim{opacity:.25}
details{border:1px solid var(--line);border-radius:8px;margin:8px 0;color:var(--text);background:var(--panel)}
details.error,details.warning{color:var(--text);background:var(--panel)}
summary .badge{margin-right:6px}
summary{cursor:pointer;padding:9px 14px;overflow-wrap:anywhere}
summary .name{font-weight:500}
.finding summary .name{color:var(--faint);font-weight:400}
.body{padding:2px 16px 14px 34px}
.body ul{margin:4px 0;padding-left:20px}
.message{white-space:pre-line;overflow-wrap:anywhere}
dl{display:grid;grid-template-columns:auto 1fr;gap:4px 14px;margin:8px 0 0}
dt{color:var(--faint)}
dd{margin:0;overflow-wrap:anywhere}
svg{display:block;max-width:none;font-size:13px}
svg text{fill:var(--text)}
.line{fill:none;stroke:currentColor;stroke-width:2}
.edge circle{fill:var(--bg);stroke:currentColor;stroke-width:1.5}
.edge text{fill:currentColor;font-size:11px;font-weight:700}
.edge:hover circle,.edge:focus circle{stroke-width:3}
.line.plaintext{stroke-dasharray:7 4}
.line.unknown{stroke-dasharray:2 4}
.line.refused{stroke-dasharray:12 3 3 3}
.edge[hidden],.line[hidden]{display:none}
footer{max-width:1120px;margin:0 auto;padding:28px 24px;color:var(--faint);font-size:13px}
@media print{:root{color-scheme:light}.tools,.skip,.js .tools{display:none}body{font-size:11px}details{break-inside:avoid}.scroll,.window{overflow:visible;max-height:none}.matrix th,.matrix thead th:first-child{position:static}.matrix th,.matrix td{white-space:normal}svg{max-width:100%;height:auto}a{color:inherit}.badge,.matrix td{print-color-adjust:exact;-webkit-print-color-adjust:exact}}
`;
