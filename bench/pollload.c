/* SPDX-License-Identifier: Apache-2.0
 *
 * pollload: a long-polling load generator. One thread, epoll, one keep-alive connection per client.
 *
 *   pollload -k longwire|engineio|cometd -p PORT -n CLIENTS [-s PAD] [-w WINDOW] [-d SECONDS] [-W WARMUP]
 *            [-S PID]... [-x held|parked]
 *
 * Every client makes a session, subscribes to the one channel and polls for ever; one more publishes, in a closed loop
 * with WINDOW messages in flight: each of its requests carries as many as the window has room for. -x opens the
 * sessions, leaves each with a held poll or between polls without a connection, and waits for a line on standard input
 * (memory is measured meanwhile). Deliveries are the markers (@T and 16 digits) in the answers to subscribers.
 * Completeness is delivered / (published x clients), late ones included. Prints one JSON line; exits 1 when a delivery
 * is missing.
 */
#define _GNU_SOURCE
#include "load.h"
#include <signal.h>
#include <sys/epoll.h>

enum { ROOM = 1 << 16, EVENTS = 1024, DRAIN_S = 20, SESSION = 512 };

typedef struct {
  int fd, publisher, step, waiting;
  uint64_t seq;
  char session[SESSION];
  char *bytes;
  size_t have, room;
} client;

typedef struct {
  const char *name;
  /* Sends the request for the client's step; the publisher's from its last step on carries `messages`. */
  void (*ask)(client *c, int messages);
  /* What stands before the session's name in the first answer. */
  const char *session_key;
  /* The step from which a client polls, and from which the publisher publishes. */
  int polls, publishes;
} dialect;

static const char *hold;
static const dialect *spoken;
static int port, clients = 1000, pad = 71, window = 1;
static double duration = 5, warmup = 2;
static client *all;
static int poller, ready, measuring;
static uint64_t delivered, published;
static latencies deliveries;
static char body[1 << 20];
static size_t body_length;

static void add(const char *format, ...) __attribute__((format(printf, 1, 2)));
static void add(const char *format, ...) {
  __builtin_va_list values;
  __builtin_va_start(values, format);
  body_length += vsnprintf(body + body_length, sizeof body - body_length, format, values);
  __builtin_va_end(values);
}

static void add_message(void) {
  add("\"@T%016llu", (unsigned long long)now());
  memset(body + body_length, 'x', pad);
  body_length += pad;
  add("\"");
  published++;
}

/* Sends what stands in body. */
static void request(client *c, const char *method, const char *path, const char *type) {
  char head[1024];
  int n = snprintf(head, sizeof head,
                   "%s %s HTTP/1.1\r\nHost: 127.0.0.1:%d\r\nContent-Type: %s\r\nContent-Length: %zu\r\n\r\n", method,
                   path, port, type, body_length);
  memmove(body + n, body, body_length);
  memcpy(body, head, n);
  write_all(c->fd, body, n + body_length);
  body_length = 0;
  c->waiting = 1;
}

static void ask_longwire(client *c, int messages) {
  c->seq++;
  if (c->step == 0) {
    add("{\"seq\":1,\"wait\":0,\"frames\":[{\"type\":\"connect\",\"id\":1}");
    if (!c->publisher) add(",{\"type\":\"subscribe\",\"id\":2,\"channel\":\"bench:0\"}");
    add("]}");
  } else {
    add("{\"session\":\"%s\",\"seq\":%llu,\"wait\":%d,\"frames\":[", c->session, (unsigned long long)c->seq,
        c->publisher ? 0 : 20000);
    for (int i = 0; i < messages; i++) {
      add("%s{\"type\":\"publish\",\"id\":%llu,\"channel\":\"bench:0\",\"data\":", i ? "," : "",
          (unsigned long long)published + 10);
      add_message();
      add("}");
    }
    add("]}");
  }
  request(c, "POST", "/v1/poll", "application/json");
}

static void ask_engineio(client *c, int messages) {
  char path[SESSION + 64];
  snprintf(path, sizeof path, "/engine.io/?EIO=4&transport=polling%s%s", c->step ? "&sid=" : "", c->session);
  if (c->publisher && c->step) {
    for (int i = 0; i < messages; i++) {
      add("%s4{\"channel\":\"bench:0\",\"data\":", i ? "\x1e" : "");
      add_message();
      add("}");
    }
  } else if (c->step == 1) {
    add("4subscribe");
  }
  request(c, body_length ? "POST" : "GET", path, "text/plain;charset=UTF-8");
}

static void ask_cometd(client *c, int messages) {
  if (c->step == 0) {
    add("[{\"channel\":\"/meta/handshake\",\"version\":\"1.0\",\"supportedConnectionTypes\":[\"long-polling\"]}]");
  } else if (c->publisher) {
    for (int i = 0; i < messages; i++) {
      add("%c{\"channel\":\"/bench\",\"clientId\":\"%s\",\"data\":", i ? ',' : '[', c->session);
      add_message();
      add("}");
    }
    add("]");
  } else if (c->step == 1) {
    add("[{\"channel\":\"/meta/subscribe\",\"clientId\":\"%s\",\"subscription\":\"/bench\"}]", c->session);
  } else {
    add("[{\"channel\":\"/meta/connect\",\"clientId\":\"%s\",\"connectionType\":\"long-polling\"}]", c->session);
  }
  request(c, "POST", "/cometd/", "application/json;charset=UTF-8");
}

static const dialect dialects[] = {
    {"longwire", ask_longwire, "\"session\":\"", 1, 1},
    {"engineio", ask_engineio, "\"sid\":\"", 2, 1},
    {"cometd", ask_cometd, "\"clientId\":\"", 3, 1},
};

/* Joins the chunks in place and answers their end, or 0 when there are more to come. */
static char *unchunk(char *from, char *end) {
  char *to = from;
  for (;;) {
    char *line = memmem(from, end - from, "\r\n", 2);
    if (!line) return 0;
    size_t length = strtoul(from, 0, 16);
    from = line + 2;
    if ((size_t)(end - from) < length + 2) return 0;
    if (!length) return to;
    memmove(to, from, length);
    to += length;
    from += length + 2;
  }
}

/* Whether a chunked body is whole: only then may it be joined in place. */
static int whole(const char *from, const char *end) {
  return end - from >= 5 && !memcmp(end - 5, "0\r\n\r\n", 5);
}

/* The end of the answer's body when it is whole, else 0; *start is its beginning. */
static char *answered(client *c, char **start) {
  c->bytes[c->have] = 0;
  char *head_end = strstr(c->bytes, "\r\n\r\n");
  if (!head_end) return 0;
  *start = head_end + 4;
  char *end = c->bytes + c->have;
  if (memcmp(c->bytes, "HTTP/1.1 200", 12)) {
    fprintf(stderr, "%s refused step %d: %.600s\n", spoken->name, c->step, c->bytes);
    exit(2);
  }
  *head_end = 0;
  const char *length = strcasestr(c->bytes, "\r\ncontent-length:");
  const char *chunked = strcasestr(c->bytes, "\r\ntransfer-encoding: chunked");
  *head_end = '\r';
  if (chunked) return whole(*start, end) ? unchunk(*start, end) : 0;
  size_t expected = length ? strtoul(length + 17, 0, 10) : 0;
  return (size_t)(end - *start) >= expected ? end : 0;
}

static void count(const char *at, const char *end) {
  uint64_t seen = now();
  for (; (at = memmem(at, end - at, "@T", 2)) && end - at >= MARK; at += MARK) {
    uint64_t sent = 0;
    for (int i = 2; i < MARK; i++) sent = sent * 10 + (at[i] - '0');
    delivered++;
    if (measuring) record(&deliveries, seen - sent);
  }
}

static void remember_session(client *c, const char *from, const char *end) {
  const char *at = memmem(from, end - from, spoken->session_key, strlen(spoken->session_key));
  const char *close = at ? strchr(at + strlen(spoken->session_key), '"') : 0;
  if (!close) {
    fprintf(stderr, "no session in: %.300s\n", from);
    exit(2);
  }
  at += strlen(spoken->session_key);
  snprintf(c->session, sizeof c->session, "%.*s", (int)(close - at), at);
}

static void next_step(client *c, char *start, char *end) {
  if (c->step == 0) remember_session(c, start, end);
  else if (!c->publisher) count(start, end);
  c->have = 0;
  c->waiting = 0;
  int last = c->publisher ? spoken->publishes : spoken->polls;
  if (c->step < last && ++c->step == last) ready++;
  int parks = hold && !strcmp(hold, "parked");
  if (c->step == last && parks && !c->publisher) {
    close(c->fd);
    c->fd = -1;
  } else if (!c->publisher) {
    spoken->ask(c, 0);
  }
}

static void readable(client *c) {
  while (c->fd >= 0) {
    if (c->room - c->have < ROOM) c->bytes = realloc(c->bytes, c->room += 2 * ROOM);
    ssize_t n = read(c->fd, c->bytes + c->have, c->room - c->have - 1);
    if (n < 0 && errno == EAGAIN) return;
    if (n <= 0) {
      fprintf(stderr, "%s closed a connection\n", spoken->name);
      exit(2);
    }
    c->have += n;
    char *start, *end = answered(c, &start);
    if (end) next_step(c, start, end);
  }
}

static void pump(int millis) {
  struct epoll_event events[EVENTS];
  int n = epoll_wait(poller, events, EVENTS, millis);
  for (int i = 0; i < n; i++) readable(events[i].data.ptr);
}

static void settle(int millis) {
  for (uint64_t start = now(); now() - start < millis * 1000000ull;) pump(10);
}

static void open_all(void) {
  poller = epoll_create1(0);
  all = calloc(clients + 1, sizeof *all);
  for (int i = 0; i <= clients; i++) {
    client *c = &all[i];
    c->publisher = i == clients;
    c->fd = dialled("127.0.0.1", port, 0);
    fcntl(c->fd, F_SETFL, O_NONBLOCK);
    struct epoll_event event = {.events = EPOLLIN, .data.ptr = c};
    epoll_ctl(poller, EPOLL_CTL_ADD, c->fd, &event);
    spoken->ask(c, 0);
    if (i % 16 == 15) pump(0);
  }
  for (uint64_t start = now(); ready <= clients && now() - start < 60000000000ull;) pump(10);
  if (ready <= clients) die("not all sessions opened");
  settle(1000);
}

static void measure(void) {
  client *publisher = &all[clients];
  uint64_t start = now(), begun = 0, begun_delivered = 0, end = start + (uint64_t)((warmup + duration) * 1e9);
  double begun_cpu = 0;
  for (uint64_t t = start; t < end; t = now()) {
    if (!measuring && t - start > (uint64_t)(warmup * 1e9)) {
      measuring = 1;
      begun = t;
      begun_delivered = delivered;
      begun_cpu = cpu_seconds();
    }
    uint64_t in_flight = published - delivered / clients;
    if (!publisher->waiting && in_flight < (uint64_t)window) spoken->ask(publisher, window - (int)in_flight);
    pump(10);
  }
  double seconds = (now() - begun) / 1e9, cpu = cpu_seconds() - begun_cpu;
  uint64_t counted = delivered - begun_delivered, expected = published * clients;
  measuring = 0;
  for (uint64_t drain = now(); delivered < expected && now() - drain < DRAIN_S * 1000000000ull;) pump(10);
  settle(200); /* What would come twice comes now. */
  printf("{\"clients\":%d,\"published\":%llu,\"deliveries_per_s\":%.0f,\"cpu_us_per_delivery\":%.4f,\"p50_us\":%llu,"
         "\"p99_us\":%llu,\"completeness\":%.6f}\n",
         clients, (unsigned long long)published, counted / seconds, cpu / counted * 1e6,
         (unsigned long long)percentile(&deliveries, 0.50), (unsigned long long)percentile(&deliveries, 0.99),
         expected ? delivered / (double)expected : 0);
  exit(delivered == expected ? 0 : 1);
}

static void options(int number, char **values) {
  for (int o; (o = getopt(number, values, "k:p:n:s:w:d:W:S:x:")) != -1;) {
    switch (o) {
      case 'k':
        for (size_t i = 0; i < sizeof dialects / sizeof *dialects; i++)
          if (!strcmp(dialects[i].name, optarg)) spoken = &dialects[i];
        break;
      case 'p': port = atoi(optarg); break;
      case 'n': clients = atoi(optarg); break;
      case 's': pad = atoi(optarg); break;
      case 'w': window = atoi(optarg); break;
      case 'd': duration = atof(optarg); break;
      case 'W': warmup = atof(optarg); break;
      case 'S': if (pid_count < MOST) pids[pid_count++] = atoi(optarg); break;
      case 'x': hold = optarg; break;
      default: exit(2);
    }
  }
}

int main(int number, char **values) {
  options(number, values);
  signal(SIGPIPE, SIG_IGN); /* write says it. */
  if (!spoken || pad > 4096 || window > 100) return 2;
  open_all();
  if (!hold) measure();
  printf("{\"open\":%d}\n", ready - 1);
  fflush(stdout);
  getchar();
}
