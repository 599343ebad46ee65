/* SPDX-License-Identifier: Apache-2.0
 *
 * fanload: a WebSocket fan-out load generator. One thread, epoll, one process.
 *
 *   fanload -p PORT [-h HOST] [-u PATH] -n SUBSCRIBERS [-c CHANNELS] -i FRAME... -I FRAME... -m FRAME
 *           [-s PAD] [-w WINDOW | -r RATE] [-d SECONDS] [-W WARMUP] [-S PID]... [-q SETTLE_MS] [-x]
 *
 * Every subscriber sends the -i frames after its upgrade, the publisher the -I frames, then publishes -m: closed loop
 * with WINDOW publishes in flight, or open loop at RATE a second. In frames %d is the channel's number, %n counts
 * publishes, %T is a marker with the send time, %P is PAD bytes. -x keeps the connections open and waits for a line on
 * standard input (idle memory is measured meanwhile).
 *
 * It knows no protocol: it finds the markers (@T and 16 digits) wherever they appear in what subscribers receive, so
 * frames that carry several messages count in full. Every delivery is counted, also those that come after the end of
 * the measurement, so completeness is delivered / (published x subscribers of the channel) over the whole run.
 * CPU time is that of the processes given with -S, read from /proc. Prints one JSON line; exits 1 when a delivery is
 * missing or a connection was lost.
 */
#define _GNU_SOURCE
#include <arpa/inet.h>
#include <errno.h>
#include <fcntl.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/epoll.h>
#include <sys/socket.h>
#include <time.h>
#include <unistd.h>

enum { MARK = 18, READ = 65536, FRAME = 70000, BUCKETS = 64 * 64, MOST = 16, EVENTS = 1024, DRAIN_S = 20 };

typedef struct {
  int fd, index, publisher, upgraded;
  size_t have;
  char head[2048];
  char carry[MARK];
  int carried;
} conn;

static const char *host = "127.0.0.1", *path = "/";
static const char *subscribe[MOST], *prepare[MOST], *publish = "";
static int subscribes, prepares, port = 8000, subscribers = 100, channels = 1, pad, rate, window = 1, settle = 500, hold;
static double duration = 5, warmup = 2;
static int pids[MOST], pid_count;

static conn *conns;
static int poller, open_count, lost;
static int measuring;
static uint64_t delivered, published, histogram[BUCKETS], latencies;

static uint64_t now(void) {
  struct timespec t;
  clock_gettime(CLOCK_MONOTONIC, &t);
  return t.tv_sec * 1000000000ull + t.tv_nsec;
}

/* Latencies in microseconds, 64 buckets per power of two. */
static void record(uint64_t ns) {
  uint64_t us = ns / 1000;
  int bucket = (int)us;
  if (us >= 64) {
    int octave = 63 - __builtin_clzll(us);
    bucket = 64 * (octave - 5) + (int)((us >> (octave - 6)) & 63);
  }
  histogram[bucket < BUCKETS ? bucket : BUCKETS - 1]++;
  latencies++;
}

static uint64_t percentile(double share) {
  uint64_t seen = 0, wanted = (uint64_t)(latencies * share);
  for (int b = 0; b < BUCKETS; b++) {
    seen += histogram[b];
    if (seen > wanted) return b < 64 ? (uint64_t)b : (1ull << (b / 64 + 5)) + ((uint64_t)(b % 64) << (b / 64 - 1));
  }
  return 0;
}

static void die(const char *what) {
  perror(what);
  exit(2);
}

/* Writes all of it; a publisher that is ahead of the server waits here, which is what its window is for. */
static void write_all(int fd, const unsigned char *bytes, size_t length) {
  for (size_t done = 0; done < length;) {
    ssize_t n = write(fd, bytes + done, length - done);
    if (n > 0) done += n;
    else if (n < 0 && errno == EAGAIN) usleep(50);
    else die("write");
  }
}

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
      case 'n': o += sprintf(out + o, "%llu", (unsigned long long)published + 1000); break;
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
  char joined[READ + MARK];
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
      record(seen - sent);
    }
    at += MARK;
  }
  size_t keep = at ? (size_t)(end - at) : (end > joined && end[-1] == '@');
  memcpy(c->carry, end - keep, keep);
  c->carried = (int)keep;
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
    else if (!c->publisher) scan(c, bytes, n);
    if (n < (ssize_t)sizeof bytes) return;
  }
}

static void pump(int millis) {
  struct epoll_event events[EVENTS];
  int n = epoll_wait(poller, events, EVENTS, millis);
  for (int i = 0; i < n; i++) readable(events[i].data.ptr);
}

static void dial(conn *c) {
  struct sockaddr_in address = {.sin_family = AF_INET, .sin_port = htons(port)};
  inet_pton(AF_INET, host, &address.sin_addr);
  c->fd = socket(AF_INET, SOCK_STREAM, 0);
  if (c->fd < 0 || connect(c->fd, (void *)&address, sizeof address)) die("connect");
  int one = 1;
  setsockopt(c->fd, IPPROTO_TCP, TCP_NODELAY, &one, sizeof one);
  char request[1024];
  int n = snprintf(request, sizeof request,
                   "GET %s HTTP/1.1\r\nHost: %s:%d\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n"
                   "Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\nSec-WebSocket-Version: 13\r\n\r\n",
                   path, host, port);
  if (write(c->fd, request, n) != n) die("write");
  fcntl(c->fd, F_SETFL, O_NONBLOCK);
  struct epoll_event event = {.events = EPOLLIN, .data.ptr = c};
  epoll_ctl(poller, EPOLL_CTL_ADD, c->fd, &event);
}

static double cpu_seconds(void) {
  double sum = 0;
  for (int i = 0; i < pid_count; i++) {
    char name[64], text[1024];
    snprintf(name, sizeof name, "/proc/%d/stat", pids[i]);
    FILE *f = fopen(name, "r");
    if (!f) die(name);
    text[fread(text, 1, sizeof text - 1, f)] = 0;
    fclose(f);
    unsigned long user, kernel;
    sscanf(strrchr(text, ')') + 2, "%*c %*d %*d %*d %*d %*d %*u %*u %*u %*u %*u %lu %lu", &user, &kernel);
    sum += (user + kernel) / (double)sysconf(_SC_CLK_TCK);
  }
  return sum;
}

static void connect_all(void) {
  poller = epoll_create1(0);
  conns = calloc(subscribers + 1, sizeof *conns);
  for (int i = 0; i <= subscribers; i++) {
    conns[i].index = i;
    conns[i].publisher = i == subscribers;
    dial(&conns[i]);
    if (i % 64 == 63) pump(0);
  }
  uint64_t start = now();
  while (open_count <= subscribers && now() - start < 60000000000ull) pump(10);
  for (start = now(); now() - start < settle * 1000000ull;) pump(10);
}

static void publish_next(int fanout, uint64_t *expected) {
  char text[FRAME];
  send_frame(&conns[subscribers], text, fill(text, publish, (int)(published % channels)));
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
         "\"p50_us\":%llu,\"p99_us\":%llu,\"completeness\":%.6f,\"lost_connections\":%d}\n",
         subscribers, channels, (unsigned long long)published, counted / seconds, cpu / counted * 1e6,
         (unsigned long long)percentile(0.50), (unsigned long long)percentile(0.99), complete, lost);
  exit(delivered == expected && !lost ? 0 : 1);
}

static void options(int count, char **values) {
  for (int o; (o = getopt(count, values, "h:p:u:n:c:i:I:m:s:r:w:d:W:S:q:x")) != -1;) {
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
      default: exit(2);
    }
  }
}

int main(int count, char **values) {
  options(count, values);
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
