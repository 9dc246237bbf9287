// The style of the HTML report: the window's design tokens in light and dark, and how it prints. One string, no other file.

const light = `
--ground:#f3f5f6;--surface:#fff;--surface-2:#f8f9fa;--line:#e2e6e8;--line-2:#cdd3d7;--line-3:#98a2a9;
--ink:#14191c;--ink-2:#465057;--ink-3:#5f6a71;--accent:#2a50c8;
--ok:#17693d;--ok-fill:#1d7d4a;--wait:#4d5961;--wait-fill:#66737b;--need:#7c5200;--need-fill:#b77a00;
--fail:#b01e1e;--fail-fill:#c62828;--fail-tint:#fdeeec;--fail-line:#eab0aa;--note:#5b3fa8;--note-fill:#6f52bf;
--plain:#7d8c96;--opened:#5b7fb4;--sealed:#b3bcc2;--sealed-2:#d9dee1;--cut:#fff;`

const dark = `
--ground:#12171a;--surface:#171d20;--surface-2:#1b2226;--line:#283136;--line-2:#3a454c;--line-3:#66737b;
--ink:#e8edef;--ink-2:#b0bac0;--ink-3:#909ba2;--accent:#8aa8ff;
--ok:#6fd09b;--ok-fill:#37a169;--wait:#a8b4bb;--wait-fill:#7d8a92;--need:#e6b85a;--need-fill:#c9972d;
--fail:#ff9389;--fail-fill:#e0473e;--fail-tint:#331b1b;--fail-line:#7a3733;--note:#bda8f5;--note-fill:#8f74dd;
--plain:#74838c;--opened:#5f86c6;--sealed:#4d5960;--sealed-2:#2b3439;--cut:#0f1416;`

export const htmlStyle = `
:root{color-scheme:light dark;${light}
--ui:"Inter","Segoe UI Variable Text","Segoe UI",system-ui,sans-serif;
--data:"Iosevka","Cascadia Mono",Consolas,ui-monospace,"DejaVu Sans Mono",monospace}
@media (prefers-color-scheme:dark){:root{${dark}}}
*{box-sizing:border-box}
body{margin:0;background:var(--ground);color:var(--ink);font:420 13px/20px var(--ui);font-variant-numeric:tabular-nums;overflow-wrap:break-word}
main{container-type:inline-size;max-width:1200px;margin:0 auto;padding:32px 40px 64px;background:var(--surface);min-height:100vh}
h1{font-size:20px;line-height:28px;font-weight:620;margin:0}
h2{font-size:15px;line-height:20px;font-weight:620;margin:32px 0 4px}
h3{font-size:15px;line-height:20px;font-weight:620;margin:0 0 4px;display:flex;gap:8px;align-items:center;flex-wrap:wrap}
h4{font-size:13px;line-height:20px;font-weight:620;margin:16px 0 2px}
p{margin:4px 0;max-width:86ch}
ul{margin:4px 0;padding-left:20px}
p .t,ul .t,.judged .t,h1 .t,h2 .t,h3 .t,h4 .t{display:none}
a{color:var(--accent);text-decoration:none}a:hover{text-decoration:underline}
.q{color:var(--ink-2)}.qq{color:var(--ink-3)}.d{font-family:var(--data);font-size:12.5px}
.r{text-align:right}.n{white-space:nowrap}
.ok{color:var(--ok)}.wait{color:var(--wait)}.need{color:var(--need)}.fail{color:var(--fail)}.note{color:var(--note)}
svg.g{width:14px;height:14px;flex:none;vertical-align:-2px;margin-right:4px}
.ok>svg,svg.ok{--f:var(--ok-fill)}.wait>svg,svg.wait{--f:var(--wait-fill)}.need>svg,svg.need{--f:var(--need-fill)}
.fail>svg,svg.fail{--f:var(--fail-fill)}.note>svg,svg.note{--f:var(--note-fill)}
.pill{display:inline-block;border:1px solid currentColor;border-radius:9px;padding:0 7px;font-size:11px;line-height:16px;font-weight:530}
table{border-collapse:collapse;width:100%;margin:8px 0;font-size:12px;line-height:18px}
th{font-weight:530;color:var(--ink-2);text-align:left;font-size:11px;border-bottom:1px solid var(--line-2);padding:3px 10px 3px 0;vertical-align:bottom}
td{border-bottom:1px solid var(--line);padding:3px 10px 3px 0;vertical-align:top}
th.d{font-family:inherit;font-size:11px}table.list td,table.list .r{padding-right:12px}table.list .r:last-child{padding-right:0}
table.list .name{min-width:120px}table.list td>.d wbr{display:none}
table.given td:nth-child(2){white-space:nowrap}
table.sets{table-layout:fixed}.sets .qq{font-family:var(--ui);font-size:12px}table.sets th:first-child{width:16%}
table.facts{table-layout:fixed}table.facts td:nth-child(odd){color:var(--ink-2);width:96px}
article{border-top:1px solid var(--line-2);margin-top:32px;padding-top:20px}
.verdict{font-size:15px;font-weight:530}
.said{white-space:pre-wrap;border-left:3px solid var(--ink-3);padding-left:10px}
.warning{color:var(--need)}
.score{list-style:none;margin:16px 0;padding:0;border:1px solid var(--line-2);border-radius:5px;background:var(--ground);padding:0 12px 12px 0}
.line{display:grid;grid-template-columns:84px minmax(0,1fr) 236px minmax(0,1fr)}
.line>.t{font-family:var(--data);font-size:12px;color:var(--ink-3);text-align:right;padding:6px 10px 0 0}
.line.failing>.t{color:var(--fail);font-family:var(--ui);font-size:11px;line-height:15px;font-weight:620}
.heads{font-size:12px;padding:8px 0;border-bottom:1px solid var(--line-2);margin-right:-12px;background:var(--surface-2);border-radius:5px 5px 0 0}
.heads b{font-weight:620}.heads>.w{border:0;text-align:center;padding:0}
.w{position:relative;margin:0 9px;border:solid var(--line-3);border-width:0 2px;padding:2px 6px;text-align:center;font-size:11px;line-height:15px;color:var(--ink-2);display:flex;flex-direction:column;justify-content:center;min-height:26px}
.w b{color:var(--ink);font-weight:530}
.part{padding:5px 9px;background:var(--surface);border:solid var(--line-2);border-width:0 1px;font-size:12px;line-height:18px}
.part.in,.part.out{display:flex;align-items:center}
.part.top{margin-top:8px;border-top-width:1px;border-radius:5px 5px 0 0}
.part.bottom{border-bottom-width:1px;border-radius:0 0 5px 5px}
.part.top.bottom{border-radius:5px}
.part.call:not(.top){border-top:1px solid var(--line)}.part.out{border-top:1px solid var(--line)}
.part b{font-weight:620;margin-right:6px}.part i{font-style:normal;color:var(--ink-3);flex:none;width:28px;font-size:11px}
.part .d,.heads .d{display:inline-block}
.part.bare{background:none;border:0;color:var(--ink-3)}
.part.lit{background:var(--fail-tint);border-color:var(--fail-fill);border-left-width:2px;border-right-width:2px}
.part.lit:not(.top){border-top-color:var(--fail-line)}
.part.lit.top{border-top-width:2px}.part.lit.bottom{border-bottom-width:2px}
.shaft{display:flex;gap:2px;height:6px;margin:2px 2px}
.shaft.to-server{margin-right:9px}.shaft.to-client{margin-left:9px}
.shaft i{background:var(--plain);min-width:3px}
.shaft i.opened{background:var(--opened)}
.shaft i.sealed{background:repeating-linear-gradient(135deg,var(--sealed) 0 3px,var(--sealed-2) 3px 6px)}
.alert .shaft i{background:var(--fail-fill)}.alert b{color:var(--fail)}
.arrow{position:relative}
.arrow::after{content:"";position:absolute;top:-1px;border:6px solid transparent}
.arrow.to-server::after{right:-6px;border-left:9px solid var(--plain);border-right:0}
.arrow.to-client::after{left:-6px;border-right:9px solid var(--plain);border-left:0}
.alert .arrow.to-server::after{border-left-color:var(--fail-fill)}.alert .arrow.to-client::after{border-right-color:var(--fail-fill)}
.w.event{color:var(--ink-2)}.w.trouble{color:var(--need)}.w.end{color:var(--fail);font-weight:620;background:var(--fail-tint)}
a.ref{color:var(--ink-3);font-size:11px}.sources li{max-width:86ch}.sources li:target{background:var(--surface-2)}
footer{margin-top:40px;padding-top:12px;border-top:1px solid var(--line);font-size:12px;color:var(--ink-3)}
@page{size:A4;margin:14mm 12mm}
@media print{
:root{color-scheme:light;${light}}
body,main{background:none}main{padding:0;max-width:none}
*{-webkit-print-color-adjust:exact;print-color-adjust:exact}
article{break-before:page;border-top:0;margin-top:0;padding-top:0}
.line,tr,li{break-inside:avoid}h2,h3,h4{break-after:avoid}thead{display:table-header-group}
.score{display:table;width:100%;padding:0;border-radius:0}.score>li{display:table-row-group}.score>li.heads{display:table-header-group}
.heads{margin-right:0}.score .line{padding-right:12px}.part.call b{white-space:nowrap}
a{color:inherit}}
@container (max-width:900px){
table.list,table.list .d{font-size:11px;line-height:16px}table.list td,table.list .r{padding-right:8px}table.list td>.d wbr{display:initial}table.list .name{min-width:96px}table.list .why{min-width:130px}
.line{grid-template-columns:70px minmax(0,1fr) 170px minmax(0,1fr)}}
@media print{table.list,table.list .d{font-size:10px;line-height:14px}}
@container (min-width:640.01px){table.given td:first-child wbr{display:none}}
@container (max-width:640px){
table.list thead{position:absolute;clip-path:inset(50%);overflow:hidden;width:1px;height:1px;white-space:nowrap}
table.list,table.list tbody{display:block}
table.list tr{display:grid;grid-template-columns:28px 88px minmax(0,1fr) minmax(0,1fr) 52px;gap:0 8px;padding:4px 0;border-bottom:1px solid var(--line)}
table.list tr>td{border:0;padding:0}
table.list .outcome{grid-area:1/2}table.list .name{grid-area:1/3/2/5}table.list .version{grid-area:1/5;text-align:right}
table.list .time{grid-area:2/2}table.list .client{grid-area:2/3}table.list .server{grid-area:2/4}table.list .ms{grid-area:2/5}
table.list .why{grid-area:3/3/4/6}
table.facts tr{display:grid;grid-template-columns:96px minmax(0,1fr);border-bottom:1px solid var(--line)}
table.facts td{border:0}
.line{grid-template-columns:56px minmax(0,1fr) 124px minmax(0,1fr)}.line>.t{font-size:10px;padding-right:6px}.score{padding-right:6px}
.w{margin:0 6px;padding:2px 6px}.part{padding:4px 6px;font-size:11px;line-height:16px}.part .d{font-size:11px}}
@media (max-width:760px){main{padding:20px 14px}}
@media (forced-colors:active){.part.lit{border-width:3px}.shaft i{background:CanvasText}}
`
