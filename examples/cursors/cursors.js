// SPDX-License-Identifier: Apache-2.0
// Everybody's pointer on one canvas. A position is worth nothing when there is a newer one: each client publishes into a slot of its own, so
// whoever is behind gets the newest of each (the namespace `cursors` says so, see `run`), and presence says whose to take away.
const EVERY_MILLIS = 40;

const colour = (id) => `hsl(${[...id].reduce((sum, each) => (sum * 31 + each.charCodeAt(0)) % 360, 7)} 70% 42%)`;

export const cursors = async (client, Presence) => {
  const canvas = document.querySelector('canvas');
  const pen = canvas.getContext('2d');
  const where = new Map();
  const channel = client.channel('cursors:1');
  const people = new Presence(client, 'cursors:1');

  const draw = () => {
    const scale = devicePixelRatio;
    canvas.width = innerWidth * scale;
    canvas.height = innerHeight * scale;
    pen.scale(scale, scale);
    document.getElementById('count').textContent = where.size;
    for (const [id, {x, y}] of where) {
      const [left, top] = [x * innerWidth, y * innerHeight];
      pen.fillStyle = colour(id);
      pen.beginPath();
      pen.moveTo(left, top);
      pen.lineTo(left + 5, top + 18);
      pen.lineTo(left + 15, top + 12);
      pen.fill();
    }
  };
  let asked = false;
  const redraw = () => {
    asked ||= requestAnimationFrame(() => {
      asked = false;
      draw();
    });
  };

  channel.on('message', ({client: id, data}) => {
    if (id !== client.id) {
      where.set(id, data);
      redraw();
    }
  });
  people.on('left', ({client: id}) => {
    where.delete(id);
    redraw();
  });
  client.on('state', ({state}) => (document.getElementById('state').textContent = state));

  let next;
  let timer;
  const send = () => {
    timer = undefined;
    if (next) {
      void channel.publish(next, {slot: client.id});
      next = undefined;
      timer = setTimeout(send, EVERY_MILLIS);
    }
  };
  canvas.addEventListener('pointermove', ({clientX, clientY}) => {
    next = {x: clientX / innerWidth, y: clientY / innerHeight};
    timer ?? send();
  });
  addEventListener('resize', redraw);
  addEventListener('pagehide', ({persisted}) => persisted || client.close());

  draw();
  void client.connect();
  await Promise.all([channel.subscribe(), people.observe(), people.enter()]);
  canvas.dataset.ready = 'true';
};
