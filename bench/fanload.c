/* SPDX-License-Identifier: Apache-2.0
 *
 * fanload: a WebSocket fan-out load generator. One thread, epoll, one process.
 *
 *   fanload -p PORT [-h HOST] [-u PATH] -n SUBSCRIBERS [-c CHANNELS] -i FRAME... -I FRAME... -m FRAME
 *           [-s PAD] [-w WINDOW | -r RATE] [-d SECONDS] [-W WARMUP] [-S PID]... [-q SETTLE_MS] [-x] [-b PUBLISHERS] [-z STUCK]
 *
 * Every subscriber sends the -i frames after its upgrade, the publisher the -I frames, then publishes -m: closed loop
 * with WINDOW publishes in flight, or open loop at RATE a second. In frames %d is the channel's number, %n counts
 * publishes, %T is a marker with the send time, %P is PAD bytes. -x keeps the connections open and waits for a line on
 * standard input (idle memory is measured meanwhile). -z adds subscribers that never read; they are not counted.
 *
 * It knows no protocol: it finds the markers (@T and 16 digits) wherever they appear in what subscribers receive, so
 * frames that carry several messages count in full. Every delivery is counted, also those that come after the end of
 * the measurement, so completeness is delivered / (published x subscribers of the channel) over the whole run.
 * CPU time is that of the processes given with -S, read from /proc. Prints one JSON line; exits 1 when a delivery is
 * missing or a connection was lost.
 */
#define _GNU_SOURCE
#include "load.h"
#include <signal.h>
#include <sys/epoll.h>

enum { READ = 65536, FRAME = 70000, CARRY = 64, FIRST_ID = 1000, RING = 65536, EVENTS = 1024, DRAIN_S = 20 };

typedef struct {
  int fd, index, publisher, upgraded;
  size_t have;
  char head[2048];
  char carry[CARRY];
  int carried;
} conn;

static const char *host = "127.0.0.1", *path = "/";
static const char *subscribe[MOST], *prepare[MOST], *publish = "";
static int subscribes, prepares, port = 8000, subscribers = 100, channels = 1, pad, rate, window = 1, settle = 500, hold;
static int publishers = 1, stuck;
static double duration = 5, warmup = 2;

static conn *conns;
static int poller, open_count, lost;
static int measuring;
static uint64_t delivered, published, acknowledged, sent_at[RING];
static latencies deliveries, acks;

static void send_frame(conn *c, const char *text, size_t length) {
  unsigned char frame[FRAME + 16];
  size_t head = 2;
  frame[0] = 0x81;
  if (length < 126) {
    frame[1] = 0x80 | length;
  } else {
    frame[1] = 0x80 | 126;
    frame[2] = length >> 8;
    frame[3] = length;
    head = 4;
  }
  memset(frame + head, 0, 4); /* A mask of zeros is a mask. */
  memcpy(frame + head + 4, text, length);
  write_all(c->fd, frame, head + 4 + length);
}

static size_t fill(char *out, const char *template, int channel) {
  size_t o = 0;
  for (const char *t = template; *t; t++) {
    if (*t != '%') {
      out[o++] = *t;
      continue;
    }
    switch (*++t) {
      case 'd': o += sprintf(out + o, "%d", channel); break;
      case 'n': o += sprintf(out + o, "%llu", (unsigned long long)published + FIRST_ID); break;
      case 'T': o += sprintf(out + o, "@T%016llu", (unsigned long long)now()); break;
      case 'P': memset(out + o, 'x', pad); o += pad; break;
      default: out[o++] = *t;
    }
  }
  return o;
}

static void send_all(conn *c, const char **templates, int count) {
  char text[FRAME];
  for (int i = 0; i < count; i++) send_frame(c, text, fill(text, templates[i], c->index % channels));
}

/* Finds markers; one may straddle two reads, so the end of a read is carried over. */
static void scan(conn *c, const char *bytes, size_t length) {
  char joined[READ + CARRY];
  memcpy(joined, c->carry, c->carried);
  memcpy(joined + c->carried, bytes, length);
  const char *at = joined, *end = joined + c->carried + length;
  uint64_t seen = 0;
  while ((at = memmem(at, end - at, "@T", 2)) && end - at >= MARK) {
    uint64_t sent = 0;
    for (int i = 2; i < MARK; i++) sent = sent * 10 + (at[i] - '0');
    delivered++;
    if (measuring) {
      if (!seen) seen = now();
      record(&deliveries, seen - sent);
    }
    at += MARK;
  }
  size_t keep = at ? (size_t)(end - at) : (end > joined && end[-1] == '@');
  memcpy(c->carry, end - keep, keep);
  c->carried = (int)keep;
}

/* Finds acks. Ids count up, so a ring of send times tells how long each took. */
static void scan_acks(conn *c, const char *bytes, size_t length) {
  static const char pattern[] = "\"type\":\"published\",\"id\":";
  char joined[READ + CARRY + 1];
  memcpy(joined, c->carry, c->carried);
  memcpy(joined + c->carried, bytes, length);
  char *at = joined, *end = joined + c->carried + length;
  *end = 0;
  char *rest = end - joined > (long)sizeof pattern ? end - sizeof pattern : joined;
  while ((at = memmem(at, end - at, pattern, sizeof pattern - 1))) {
    char *after;
    uint64_t id = strtoull(at + sizeof pattern - 1, &after, 10);
    if (after == end) {
      rest = at; /* The number may go on in the next read. */
      break;
    }
    if (measuring) record(&acks, now() - sent_at[id % RING]);
    acknowledged++;
    rest = at = after;
    if (end - rest > (long)sizeof pattern) rest = end - sizeof pattern;
  }
  c->carried = (int)(end - rest);
  memcpy(c->carry, rest, c->carried);
}

static void upgraded(conn *c, const char *bytes, size_t length) {
  size_t room = sizeof c->head - 1 - c->have;
  memcpy(c->head + c->have, bytes, length < room ? length : room);
  c->have += length < room ? length : room;
  c->head[c->have] = 0;
  char *end = strstr(c->head, "\r\n\r\n");
  if (!end) return;
  if (!strstr(c->head, " 101 ")) {
    fprintf(stderr, "upgrade refused: %.200s\n", c->head);
    exit(2);
  }
  c->upgraded = 1;
  open_count++;
  if (c->publisher) send_all(c, prepare, prepares);
  else send_all(c, subscribe, subscribes);
}

static void readable(conn *c) {
  char bytes[READ];
  for (;;) {
    ssize_t n = read(c->fd, bytes, sizeof bytes);
    if (n < 0 && errno == EAGAIN) return;
    if (n <= 0) {
      lost++;
      epoll_ctl(poller, EPOLL_CTL_DEL, c->fd, 0);
      return;
    }
    if (!c->upgraded) upgraded(c, bytes, n);
    else if (c->publisher) scan_acks(c, bytes, n);
    else scan(c, bytes, n);
    if (n < (ssize_t)sizeof bytes) return;
  }
}

static void pump(int millis) {
  struct epoll_event events[EVENTS];
  int n = epoll_wait(poller, events, EVENTS, millis);
  for (int i = 0; i < n; i++) readable(events[i].data.ptr);
}

static int upgrade(char *request, size_t room) {
  return snprintf(request, room,
                  "GET %s HTTP/1.1\r\nHost: %s:%d\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n"
                  "Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\nSec-WebSocket-Version: 13\r\n\r\n",
                  path, host, port);
}

static void dial(conn *c) {
  c->fd = dialled(host, port, 0);
  char request[1024];
  write_all(c->fd, request, upgrade(request, sizeof request));
  fcntl(c->fd, F_SETFL, O_NONBLOCK);
  struct epoll_event event = {.events = EPOLLIN, .data.ptr = c};
  epoll_ctl(poller, EPOLL_CTL_ADD, c->fd, &event);
}

/* Subscribers that stop reading once they have subscribed; nothing is expected of them. */
static void connect_stuck(void) {
  for (int i = 0; i < stuck; i++) {
    conn c = {.fd = dialled(host, port, 4096)};
    char request[1024];
    write_all(c.fd, request, upgrade(request, sizeof request));
    for (char answer[2048] = ""; !strstr(answer, "\r\n\r\n");) {
      ssize_t n = recv(c.fd, answer, sizeof answer - 1, MSG_PEEK);
      if (n <= 0) die("upgrade of a stuck subscriber");
      answer[n] = 0;
    }
    send_all(&c, subscribe, subscribes);
  }
}

static void connect_all(void) {
  poller = epoll_create1(0);
  int all = subscribers + publishers;
  conns = calloc(all, sizeof *conns);
  for (int i = 0; i < all; i++) {
    conns[i].index = i;
    conns[i].publisher = i >= subscribers;
    dial(&conns[i]);
    if (i % 64 == 63) pump(0);
  }
  uint64_t start = now();
  while (open_count < all && now() - start < 60000000000ull) pump(10);
  connect_stuck();
  for (start = now(); now() - start < settle * 1000000ull;) pump(10);
}

static void publish_next(int fanout, uint64_t *expected) {
  char text[FRAME];
  sent_at[(published + FIRST_ID) % RING] = now();
  conn *publisher = &conns[subscribers + (int)(published % publishers)];
  send_frame(publisher, text, fill(text, publish, (int)(published % channels)));
  published++;
  *expected += fanout;
}

static void measure(void) {
  int fanout = subscribers / channels;
  uint64_t expected = 0, start = now(), next = start, begun = 0, begun_delivered = 0;
  uint64_t end = start + (uint64_t)((warmup + duration) * 1e9);
  double begun_cpu = 0;
  for (uint64_t t = start; t < end; t = now()) {
    if (!measuring && t - start > (uint64_t)(warmup * 1e9)) {
      measuring = 1;
      begun = t;
      begun_delivered = delivered;
      begun_cpu = cpu_seconds();
    }
    if (rate) {
      for (; next <= t; next += 1000000000ull / rate) publish_next(fanout, &expected);
    } else {
      while (expected < delivered + (uint64_t)window * fanout) publish_next(fanout, &expected);
    }
    pump(rate ? 1 : 10);
  }
  double seconds = (now() - begun) / 1e9, cpu = cpu_seconds() - begun_cpu;
  uint64_t counted = delivered - begun_delivered;
  measuring = 0;
  for (uint64_t drain = now(); delivered < expected && now() - drain < DRAIN_S * 1000000000ull;) pump(10);
  double complete = expected ? delivered / (double)expected : 0;
  printf("{\"subscribers\":%d,\"channels\":%d,\"published\":%llu,\"deliveries_per_s\":%.0f,\"cpu_us_per_delivery\":%.4f,"
         "\"p50_us\":%llu,\"p99_us\":%llu,\"completeness\":%.6f,\"lost_connections\":%d,"
         "\"acks\":%llu,\"ack_p50_us\":%llu,\"ack_p99_us\":%llu}\n",
         subscribers, channels, (unsigned long long)published, counted / seconds, cpu / counted * 1e6,
         (unsigned long long)percentile(&deliveries, 0.50), (unsigned long long)percentile(&deliveries, 0.99), complete,
         lost, (unsigned long long)acknowledged, (unsigned long long)percentile(&acks, 0.50),
         (unsigned long long)percentile(&acks, 0.99));
  exit(delivered == expected && !lost ? 0 : 1);
}

static void options(int count, char **values) {
  for (int o; (o = getopt(count, values, "h:p:u:n:c:i:I:m:s:r:w:d:W:S:q:xb:z:")) != -1;) {
    switch (o) {
      case 'h': host = optarg; break;
      case 'p': port = atoi(optarg); break;
      case 'u': path = optarg; break;
      case 'n': subscribers = atoi(optarg); break;
      case 'c': channels = atoi(optarg); break;
      case 'i': if (subscribes < MOST) subscribe[subscribes++] = optarg; break;
      case 'I': if (prepares < MOST) prepare[prepares++] = optarg; break;
      case 'm': publish = optarg; break;
      case 's': pad = atoi(optarg); break;
      case 'r': rate = atoi(optarg); break;
      case 'w': window = atoi(optarg); break;
      case 'd': duration = atof(optarg); break;
      case 'W': warmup = atof(optarg); break;
      case 'S': if (pid_count < MOST) pids[pid_count++] = atoi(optarg); break;
      case 'q': settle = atoi(optarg); break;
      case 'x': hold = 1; break;
      case 'b': publishers = atoi(optarg); break;
      case 'z': stuck = atoi(optarg); break;
      default: exit(2);
    }
  }
}

int main(int count, char **values) {
  options(count, values);
  signal(SIGPIPE, SIG_IGN); /* write says it. */
  if (pad > READ / 2) return 2;
  double cpu = cpu_seconds();
  uint64_t start = now();
  connect_all();
  if (hold) {
    printf("{\"open\":%d,\"connect_s\":%.3f,\"connect_cpu_us\":%.1f}\n", open_count, (now() - start) / 1e9,
           (cpu_seconds() - cpu) / subscribers * 1e6);
    fflush(stdout);
    getchar();
    return lost ? 1 : 0;
  }
  measure();
}
