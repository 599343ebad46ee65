// SPDX-License-Identifier: Apache-2.0
// Makes the pages: what docs/README.md names, everything in docs/, and the API's reference. The index is the navigation too.
import {cpSync, existsSync, mkdirSync, readFileSync, readdirSync, writeFileSync} from 'node:fs';
import {dirname, join, posix} from 'node:path';
import {fileURLToPath} from 'node:url';
import {escaped, render} from './markdown.mjs';
import {reference} from './reference.mjs';

const root = fileURLToPath(new URL('..', import.meta.url));
const target = process.argv[2];
const INDEX = 'docs/README.md';
const REFERENCE = 'docs/reference.md';
const read = (path) => readFileSync(join(root, path), 'utf8');

/** Where a page of the sources is in the site: what lies in docs/ without that, the rest by its path in one word. */
const address = (source) => {
  const bare = source.replace(/\.md$/, '');
  const path = bare.startsWith('docs/') ? bare.slice(5) : bare.replace(/\/README$/, '').replaceAll('/', '-').toLowerCase();
  return `${path.replace(/(^|\/)README$/, '$1index')}.html`;
};

const below = (folder) =>
  readdirSync(join(root, folder), {withFileTypes: true}).flatMap((each) => {
    const path = `${folder}/${each.name}`;
    return each.isDirectory() ? below(path) : path.endsWith('.md') ? [path] : [];
  });

const relative = (from, href) => posix.normalize(posix.join(posix.dirname(from), href));

/** Groups of the index: a heading and its list of links. */
const groups = [];
for (const line of read(INDEX).split('\n')) {
  const heading = /^## (.*)/.exec(line)?.[1];
  const link = /^- \[([^\]]+)]\(([^)#]+)\)/.exec(line);
  if (heading) {
    groups.push({heading, links: []});
  } else if (link) {
    groups.at(-1).links.push({title: link[1], source: relative(INDEX, link[2])});
  }
}
const sources = new Set([INDEX, ...groups.flatMap(({links}) => links.map(({source}) => source)), ...below('docs')]);

const images = new Set();
const broken = [];

const resolver = (page) => (href) => {
  if (/^(https?:|mailto:)/.test(href)) {
    return href;
  }
  const [path, anchor] = href.split('#');
  const source = path === '' ? page : relative(page, path);
  const readme = `${source.replace(/\/$/, '')}/README.md`;
  const found = [source, readme].find((each) => sources.has(each));
  if (found) {
    return posix.relative(posix.dirname(address(page)), address(found)) + (anchor ? `#${anchor}` : '');
  }
  if (!existsSync(join(root, source))) {
    broken.push(`${page}: ${href}`);
  }
  if (/\.(png|svg)$/.test(source) && source.startsWith('docs/images/')) {
    images.add(source);
    return posix.relative(posix.dirname(address(page)), source.slice(5));
  }
  return null;
};

const navigation = (page, up) =>
  groups
    .map(({heading, links}) => {
      const items = links.map(({title, source}) => `<li><a href="${up}${address(source)}"${source === page ? ' aria-current="page"' : ''}>${escaped(title)}</a></li>`);
      return `<h2>${escaped(heading)}</h2>\n<ul>\n${items.join('\n')}\n</ul>`;
    })
    .join('\n');

const contents = (parts) => {
  const entries = parts.filter(({depth}) => depth === 2);
  return entries.length < 3 ? '' : `<details class="contents"${entries.length > 20 ? '' : ' open'}><summary>On this page</summary><ul>${entries.map(({id, title}) => `<li><a href="#${id}">${escaped(title)}</a></li>`).join('')}</ul></details>`;
};

const document = (page, {html, title, parts}) => {
  const up = '../'.repeat(address(page).split('/').length - 1);
  const head = page === INDEX ? 'Longwire' : `${escaped(title)} · Longwire`;
  return `<!doctype html>
<html lang="en" data-up="${up}">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta name="color-scheme" content="light dark">
<title>${head}</title>
<link rel="icon" href="${up}icon.svg" type="image/svg+xml">
<link rel="stylesheet" href="${up}site.css">
<script defer src="${up}site.js"></script>
</head>
<body>
<a class="skip" href="#text">To the text</a>
<header>
<a class="name" href="${up}index.html">longwire</a>
<form role="search" id="search"><label for="words">Search</label><input id="words" type="search" autocomplete="off" spellcheck="false" placeholder="Search  /" maxlength="100"><ol id="found" hidden></ol></form>
<button id="menu" type="button" aria-expanded="false" aria-controls="navigation">Contents</button>
</header>
<div id="page">
<nav id="navigation" aria-label="Pages">
${navigation(page, up)}
</nav>
<main id="text">
${html.replace('</h1>', `</h1>\n${page === INDEX ? '' : contents(parts)}`)}
</main>
</div>
</body>
</html>
`;
};

const files = [];
const put = (name, content) => {
  const path = join(target, name);
  mkdirSync(dirname(path), {recursive: true});
  writeFileSync(path, content);
  files.push(name);
};

const found = [];
const page = (source, text) => {
  const made = render(text, resolver(source));
  put(address(source), document(source, made));
  found.push(...made.parts.map((part) => [address(source) + (part.depth === 1 ? '' : `#${part.id}`), made.title, part.depth === 1 ? '' : part.title, part.text.trim()]));
};

for (const source of sources) {
  const more = source === REFERENCE ? reference(JSON.parse(read('server/src/main/resources/api/openapi.json'))) : '';
  page(source, `${read(source)}\n${more}`);
}
put('search.js', `window.longwirePages=${JSON.stringify(found)};\n`);
for (const name of ['site.css', 'site.js']) {
  put(name, read(`site/${name}`));
}
put('icon.svg', read('console/src/icon.svg'));
for (const source of images) {
  mkdirSync(dirname(join(target, source.slice(5))), {recursive: true});
  cpSync(join(root, source), join(target, source.slice(5)));
  files.push(source.slice(5));
}
writeFileSync(join(target, 'files.txt'), `${files.sort().join('\n')}\n`);
if (broken.length > 0) {
  console.error(`links that lead nowhere:\n${broken.join('\n')}`);
  process.exit(1);
}
