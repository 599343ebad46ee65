// SPDX-License-Identifier: Apache-2.0
// Markdown to HTML, and the parts of a page that can be searched.
import {Marked} from 'marked';

export const escaped = (text) => text.replace(/[&<>"]/g, (each) => `&#${each.charCodeAt(0)};`);

/** What a code host makes of a heading, so that a link works in both places. */
const slug = (text) => text.toLowerCase().replace(/[^\p{L}\p{N}\s_-]/gu, '').trim().replace(/\s/g, '-');

const words = (tokens) => tokens.map((each) => (each.tokens ? words(each.tokens) : (each.text ?? ''))).join('');

/** All text below a token, tables and lists included. */
const textOf = (token) => {
  if (token.type === 'table') {
    return [token.header, ...token.rows].flat().map((cell) => words(cell.tokens)).join(' ');
  }
  if (token.type === 'list') {
    return token.items.map((item) => item.tokens.map(textOf).join(' ')).join(' ');
  }
  return token.tokens ? words(token.tokens) : (token.text ?? '');
};

/**
 * @param source Markdown
 * @param resolve gives what a link leads to in the site; null for what is not part of it
 * @returns html; title; headings and parts: {id, depth, title, text}
 */
export const render = (source, resolve) => {
  const taken = new Map();
  const identify = (text) => {
    const wanted = slug(text);
    const count = taken.get(wanted) ?? 0;
    taken.set(wanted, count + 1);
    return count === 0 ? wanted : `${wanted}-${count}`;
  };
  const parts = [];
  const marked = new Marked({
    renderer: {
      heading({tokens, depth}) {
        const id = identify(words(tokens));
        const mark = depth > 1 ? ` <a class="mark" href="#${id}" aria-label="Link to this part">#</a>` : '';
        return `<h${depth} id="${id}">${this.parser.parseInline(tokens)}${mark}</h${depth}>\n`;
      },
      // Sentences of the protocol have names, and so an address each.
      strong({tokens}) {
        const name = /^\[([A-Z]\d+)]$/.exec(words(tokens))?.[1];
        return `<strong${name ? ` id="${name}"` : ''}>${this.parser.parseInline(tokens)}</strong>`;
      },
      link({href, tokens}) {
        const inner = this.parser.parseInline(tokens);
        const target = resolve(href);
        return target === null ? `<span class="source" title="${escaped(href)}, among the sources">${inner}</span>` : `<a href="${escaped(target)}">${inner}</a>`;
      },
      image({href, text}) {
        return `<img src="${escaped(resolve(href) ?? href)}" alt="${escaped(text)}">`;
      },
      table(token) {
        const row = (cells, tag) => `<tr>${cells.map((cell) => `<${tag}>${this.parser.parseInline(cell.tokens)}</${tag}>`).join('')}</tr>`;
        const bare = token.header.every((cell) => cell.text === '');
        return `<div class="wide"><table>${bare ? '' : `<thead>${row(token.header, 'th')}</thead>`}<tbody>${token.rows.map((each) => row(each, 'td')).join('\n')}</tbody></table></div>\n`;
      },
      code({text, lang}) {
        return `<pre${lang ? ` data-language="${escaped(lang.split(' ')[0])}"` : ''} tabindex="0"><code>${escaped(text)}</code></pre>\n`;
      },
      // Nothing of ours is written in HTML: what looks like it is text.
      html: ({text}) => escaped(text),
    },
  });
  const tokens = marked.lexer(source);
  const again = new Map();
  for (const token of tokens) {
    if (token.type === 'heading') {
      const text = words(token.tokens);
      const wanted = slug(text);
      const count = again.get(wanted) ?? 0;
      again.set(wanted, count + 1);
      parts.push({id: count === 0 ? wanted : `${wanted}-${count}`, depth: token.depth, title: text, text: ''});
    } else if (parts.length > 0) {
      parts.at(-1).text += `${textOf(token)} `.replace(/\s+/g, ' ');
    }
  }
  return {html: marked.parser(tokens), title: parts[0]?.title ?? '', parts};
};
