// SPDX-License-Identifier: Apache-2.0

/** The element of the page with this id. */
export const at = <T extends HTMLElement = HTMLElement>(id: string): T => {
  const element = document.getElementById(id);
  if (!element) {
    throw new Error(`the page has no #${id}`);
  }
  return element as T;
};

/** Makes an element. What it contains is text, never markup. */
export const make = <K extends keyof HTMLElementTagNameMap>(
  tag: K,
  className: string,
  ...children: (Node | string)[]
): HTMLElementTagNameMap[K] => {
  const element = document.createElement(tag);
  if (className) {
    element.className = className;
  }
  element.append(...children);
  return element;
};

const units = ['B', 'kB', 'MB', 'GB', 'TB'];

export const size = (bytes: number): string => {
  let value = bytes;
  let unit = 0;
  for (; value >= 999.5 && unit < units.length - 1; unit++) {
    value /= 1000;
  }
  return `${value < 9.95 && unit > 0 ? value.toFixed(1) : Math.round(value)} ${units[unit]}`;
};

const plain = new Intl.NumberFormat(undefined, {maximumFractionDigits: 0});
const short = new Intl.NumberFormat(undefined, {notation: 'compact', maximumFractionDigits: 1});

export const count = (value: number): string => (value < 10_000 ? plain.format(value) : short.format(value));

export const rate = (value: number): string => (value > 0 && value < 9.95 ? value.toFixed(1) : count(value));

export const duration = (millis: number): string => {
  const minutes = Math.floor(millis / 60_000);
  const parts: [number, string][] = [[Math.floor(minutes / 1440), 'd'], [Math.floor(minutes / 60) % 24, 'h'], [minutes % 60, 'min']];
  const shown = parts.filter(([value]) => value > 0).slice(0, 2);
  return shown.length > 0 ? shown.map(([value, unit]) => `${value} ${unit}`).join(' ') : 'less than a minute';
};
