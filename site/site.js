// SPDX-License-Identifier: Apache-2.0
// The search, and the menu on small screens. The pages are whole without either.
'use strict';
(() => {
  const at = (id) => document.getElementById(id);
  const up = document.documentElement.dataset.up;
  const [words, found, menu] = ['words', 'found', 'menu'].map(at);
  const MOST = 12;
  let pages;

  menu.addEventListener('click', () => {
    const open = document.body.classList.toggle('menu');
    menu.setAttribute('aria-expanded', String(open));
  });

  /** The index is a script, so that it can be read from a disk as well. */
  const load = () =>
    (pages ??= new Promise((resolve, reject) => {
      const script = document.createElement('script');
      script.src = `${up}search.js`;
      script.onload = () => resolve(window.longwirePages);
      script.onerror = reject;
      document.head.append(script);
    }));

  /** Every word must be somewhere; a title counts more than a text, and a whole word more than a part of one. */
  const score = ([, page, title, text], wanted) => {
    let sum = 0;
    for (const word of wanted) {
      const [inTitle, inPage, inText] = [title, page, text].map((each) => each.toLowerCase().indexOf(word));
      if (inTitle < 0 && inPage < 0 && inText < 0) {
        return 0;
      }
      sum += (inTitle >= 0 ? 20 : 0) + (inPage >= 0 ? (title === '' ? 24 : 6) : 0) + (inText >= 0 ? 3 : 0);
      sum += new RegExp(`(^|[^a-z])${word.replace(/[^\p{L}\p{N}]/gu, '\\$&')}([^a-z]|$)`).test(`${title} ${text}`.toLowerCase()) ? 4 : 0;
    }
    return sum;
  };

  const around = (text, word) => {
    const place = Math.max(0, text.toLowerCase().indexOf(word) - 40);
    return `${place > 0 ? '… ' : ''}${text.slice(place, place + 130)}…`;
  };

  const item = ([href, page, title, text], word) => {
    const link = document.createElement('a');
    link.href = up + href;
    const name = document.createElement('strong');
    name.textContent = title ? `${page}: ${title}` : page;
    const rest = document.createElement('small');
    rest.textContent = around(text, word);
    link.append(name, rest);
    const li = document.createElement('li');
    li.append(link);
    return li;
  };

  const show = async () => {
    const wanted = words.value.toLowerCase().split(/\s+/).filter(Boolean);
    if (wanted.length === 0) {
      found.hidden = true;
      return;
    }
    const hits = (await load())
      .map((each) => [score(each, wanted), each])
      .filter(([points]) => points > 0)
      .sort((one, other) => other[0] - one[0])
      .slice(0, MOST);
    found.replaceChildren(...hits.map(([, each]) => item(each, wanted[0])));
    if (hits.length === 0) {
      found.textContent = 'Nothing is about that.';
    }
    found.hidden = false;
  };

  words.addEventListener('input', () => void show());
  words.addEventListener('focus', () => void load().then(show));
  at('search').addEventListener('submit', (event) => {
    event.preventDefault();
    found.querySelector('a')?.click();
  });
  document.addEventListener('click', ({target}) => {
    found.hidden ||= !at('search').contains(target);
  });
  document.addEventListener('keydown', (event) => {
    if (event.key === '/' && !event.ctrlKey && !event.metaKey && document.activeElement !== words) {
      event.preventDefault();
      words.focus();
    } else if (event.key === 'Escape') {
      found.hidden = true;
    } else if ((event.key === 'ArrowDown' || event.key === 'ArrowUp') && !found.hidden && at('search').contains(document.activeElement)) {
      const links = [...found.querySelectorAll('a')];
      const next = links.indexOf(document.activeElement) + (event.key === 'ArrowDown' ? 1 : -1);
      event.preventDefault();
      (links[next] ?? words).focus();
    }
  });
})();
