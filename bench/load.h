/* SPDX-License-Identifier: Apache-2.0
 *
 * What the load generators share: the clock, latencies, and what a server's processes cost.
 */
#ifndef LOAD_H
#define LOAD_H
#include <arpa/inet.h>
#include <errno.h>
#include <fcntl.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <time.h>
#include <unistd.h>

enum { MARK = 18, BUCKETS = 64 * 64, MOST = 16 };

typedef struct {
  uint64_t count, buckets[BUCKETS];
} latencies;

static int pids[MOST], pid_count;

static void die(const char *what) {
  perror(what);
  exit(2);
}

static uint64_t now(void) {
  struct timespec t;
  clock_gettime(CLOCK_MONOTONIC, &t);
  return t.tv_sec * 1000000000ull + t.tv_nsec;
}

/* In microseconds, 64 buckets per power of two. */
static void record(latencies *all, uint64_t ns) {
  uint64_t us = ns / 1000;
  int bucket = (int)us;
  if (us >= 64) {
    int octave = 63 - __builtin_clzll(us);
    bucket = 64 * (octave - 5) + (int)((us >> (octave - 6)) & 63);
  }
  all->buckets[bucket < BUCKETS ? bucket : BUCKETS - 1]++;
  all->count++;
}

static uint64_t percentile(const latencies *all, double share) {
  uint64_t seen = 0, wanted = (uint64_t)(all->count * share);
  for (int b = 0; b < BUCKETS; b++) {
    seen += all->buckets[b];
    if (seen > wanted) return b < 64 ? (uint64_t)b : (1ull << (b / 64 + 5)) + ((uint64_t)(b % 64) << (b / 64 - 1));
  }
  return 0;
}

/* Writes all of it; who is ahead of the server waits here. */
static void write_all(int fd, const void *bytes, size_t length) {
  for (size_t done = 0; done < length;) {
    ssize_t n = write(fd, (const char *)bytes + done, length - done);
    if (n > 0) done += n;
    else if (n < 0 && errno == EAGAIN) usleep(50);
    else die("write");
  }
}

/* Opens a connection; a buffer of 0 leaves the kernel's receive buffer as it is. */
static int dialled(const char *host, int port, int buffer) {
  struct sockaddr_in address = {.sin_family = AF_INET, .sin_port = htons(port)};
  inet_pton(AF_INET, host, &address.sin_addr);
  int one = 1, fd = socket(AF_INET, SOCK_STREAM, 0);
  if (fd < 0) die("socket");
  if (buffer) setsockopt(fd, SOL_SOCKET, SO_RCVBUF, &buffer, sizeof buffer);
  if (connect(fd, (void *)&address, sizeof address)) die("connect");
  setsockopt(fd, IPPROTO_TCP, TCP_NODELAY, &one, sizeof one);
  return fd;
}

/* User and system time of the processes in pids. */
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
#endif
