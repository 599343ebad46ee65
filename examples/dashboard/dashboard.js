// SPDX-License-Identifier: Apache-2.0
// A tile for each number that comes, with its newest value and a line of what it was. Whoever opens the page sees the past, too.
const POINTS = 120;

const SVG = 'http://www.w3.org/2000/svg';

const tile = (name) => {
  const section = document.createElement('section');
  const title = document.createElement('h2');
  title.textContent = name;
  const output = document.createElement('output');
  const svg = document.createElementNS(SVG, 'svg');
  svg.setAttribute('viewBox', `0 0 ${POINTS - 1} 40`);
  svg.setAttribute('preserveAspectRatio', 'none');
  const path = svg.appendChild(document.createElementNS(SVG, 'path'));
  section.append(title, output, svg);
  section.dataset.name = name;
  document.getElementById('tiles').append(section);
  const values = [];
  return (value) => {
    values.push(value);
    values.splice(0, values.length - POINTS);
    output.textContent = value.toLocaleString();
    const [low, high] = [Math.min(...values), Math.max(...values)];
    const y = (each) => (high === low ? 20 : 38 - (36 * (each - low)) / (high - low));
    path.setAttribute('d', `M${values.map((each, x) => `${x} ${y(each).toFixed(1)}`).join('L')}`);
  };
};

export const dashboard = async (client) => {
  const tiles = new Map();
  const metrics = client.channel('metrics:live');
  client.on('state', ({state}) => (document.getElementById('state').textContent = state));
  metrics.on('message', ({data}) => {
    for (const [name, value] of Object.entries(data).filter(([, each]) => typeof each === 'number')) {
      tiles.has(name) || tiles.set(name, tile(name));
      tiles.get(name)(value);
    }
  });
  void client.connect();
  await metrics.subscribe({last: POINTS});
};
