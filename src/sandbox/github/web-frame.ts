import { createHash } from 'node:crypto';

const entities: Readonly<Record<string, string>> = {
	'&': '&amp;',
	'<': '&lt;',
	'>': '&gt;',
	'"': '&quot;',
	"'": '&#39;',
};

/** Makes text inert, in HTML text and in quoted attributes. Everything that is not written in this folder goes through it. */
export const esc = (text: string): string => text.replace(/[&<>"']/g, (each) => entities[each] ?? each);

const style = `
:root{color-scheme:light dark;--bg:#fff;--fg:#1c2024;--dim:#60646c;--line:#dfe3e6;--soft:#f6f8fa;--link:#0b68cb;--open:#1a7f37;--shut:#8250df;--mark:#fff4d6}
@media (prefers-color-scheme:dark){:root{--bg:#111418;--fg:#e6e9ec;--dim:#9aa1a9;--line:#2b3138;--soft:#191d22;--link:#6cb0ff;--open:#57ab5a;--shut:#b083f0;--mark:#3a3115}}
*{box-sizing:border-box}
body{margin:0;background:var(--bg);color:var(--fg);font:15px/1.55 system-ui,-apple-system,"Segoe UI",sans-serif}
header,main,footer{max-width:880px;margin:0 auto;padding:0 20px}
header{padding-top:18px;padding-bottom:14px;color:var(--dim);font-size:14px}
main{padding-bottom:48px}
footer{border-top:1px solid var(--line);padding-top:14px;padding-bottom:32px;color:var(--dim);font-size:13px}
a{color:var(--link);text-decoration:none}a:hover,a:focus-visible{text-decoration:underline}
h1{font-size:26px;line-height:1.25;margin:6px 0 10px;overflow-wrap:anywhere}h1 .n{color:var(--dim);font-weight:400}
.meta{display:flex;flex-wrap:wrap;gap:8px;align-items:center;color:var(--dim);font-size:14px;margin:0 0 20px}
.state{color:#fff;background:var(--open);border-radius:999px;padding:2px 10px;font-size:13px;font-weight:600}.state.closed{background:var(--shut)}
@media (prefers-color-scheme:dark){.state{color:#0b0d10}}
.label{border:1px solid var(--line);border-radius:999px;padding:1px 9px;font-size:12.5px;color:var(--fg)}
.card{border:1px solid var(--line);border-radius:10px;margin:0 0 16px;overflow:hidden}
.card>.by{background:var(--soft);border-bottom:1px solid var(--line);padding:8px 14px;font-size:13.5px;color:var(--dim)}
.card>.by b{color:var(--fg)}
.text{white-space:pre-wrap;overflow-wrap:anywhere;padding:14px;margin:0}
.text:empty::before{content:"No text.";color:var(--dim)}
.foot{white-space:pre-wrap;overflow-wrap:anywhere;margin:0 14px;padding:10px 0 14px;border-top:1px solid var(--line);color:var(--dim);font-size:13.5px}
.hidden{background:var(--mark);border-top:1px solid var(--line);padding:8px 14px;margin:0;font-size:13px;overflow-wrap:anywhere}
code,pre{font:12.5px/1.5 ui-monospace,SFMono-Regular,Menlo,monospace}
details{border-top:1px solid var(--line);padding:8px 14px;font-size:13px;color:var(--dim)}
details pre{white-space:pre-wrap;overflow-wrap:anywhere;margin:8px 0 4px;color:var(--fg)}
ul.rows{list-style:none;margin:0;padding:0;border:1px solid var(--line);border-radius:10px}
ul.rows li{padding:11px 14px;border-top:1px solid var(--line)}ul.rows li:first-child{border-top:0}
ul.rows .sub{color:var(--dim);font-size:13px}
`;

/** No script, no picture, no frame, no form; only this one style sheet, by its hash. */
export const pageHeaders: Readonly<Record<string, string>> = {
	'content-type': 'text/html; charset=utf-8',
	'content-security-policy': `default-src 'none'; style-src 'sha256-${createHash('sha256').update(style).digest('base64')}'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'`,
	'x-content-type-options': 'nosniff',
	'referrer-policy': 'no-referrer',
	'cache-control': 'no-store',
};

/** A whole page. `title` is plain text; `crumbs` and `main` are HTML that is already safe. */
export function frame(title: string, crumbs: string, main: string): string {
	return `<!doctype html>
<html lang="en"><head><meta charset="utf-8"><meta name="viewport" content="width=device-width, initial-scale=1">
<title>${esc(title)} · Sandbox GitHub</title><style>${style}</style></head>
<body><header><nav aria-label="Breadcrumb"><a href="/">Sandbox GitHub</a>${crumbs}</nav></header>
<main>${main}</main>
<footer>A stand-in for GitHub on this machine. Nothing here leaves it.</footer></body></html>
`;
}
