/* Time, histograms, what a process uses, and how to give up. */
#include "load.h"

#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <time.h>
#include <unistd.h>

#define FINE 6 /* bits: 64 buckets per power of two, an error below 1.6 % */

uint64_t clock_ns(void) {
  struct timespec t;
  clock_gettime(CLOCK_MONOTONIC, &t);
  return (uint64_t)t.tv_sec * 1000000000u + (uint64_t)t.tv_nsec;
}

static unsigned bucket(uint64_t ns) {
  if (ns < (1u << FINE)) return (unsigned)ns;
  unsigned shift = 63 - (unsigned)__builtin_clzll(ns) - FINE;
  return ((shift + 1) << FINE) + (unsigned)((ns >> shift) & ((1u << FINE) - 1));
}

static double middle(unsigned at) {
  if (at < (1u << FINE)) return at;
  unsigned shift = (at >> FINE) - 1;
  uint64_t low = ((uint64_t)(1u << FINE) + (at & ((1u << FINE) - 1))) << shift;
  return (double)low + (double)(1ull << shift) / 2;
}

void note(histogram *h, uint64_t ns) {
  h->counts[bucket(ns)]++;
  h->total++;
  if (ns > h->max) h->max = ns;
}

static double quantile(const histogram *h, double part) {
  uint64_t left = (uint64_t)(part * (double)h->total);
  for (unsigned at = 0; at < BUCKETS; at++) {
    if (h->counts[at] > left) return middle(at);
    left -= h->counts[at];
  }
  return (double)h->max;
}

void print_histogram(const char *name, const histogram *h) {
  printf("\"%s\":{\"count\":%lu,\"p50\":%.1f,\"p99\":%.1f,\"p999\":%.1f,\"max\":%.1f}", name, (unsigned long)h->total,
         quantile(h, 0.5) / 1e3, quantile(h, 0.99) / 1e3, quantile(h, 0.999) / 1e3, (double)h->max / 1e3);
}

double cpu_seconds(int pid) {
  if (pid == 0) return 0;
  char path[64], text[1024];
  snprintf(path, sizeof path, "/proc/%d/stat", pid);
  FILE *file = fopen(path, "r");
  if (file == NULL) die("process %d has ended", pid);
  size_t size = fread(text, 1, sizeof text - 1, file);
  fclose(file);
  text[size] = 0;
  unsigned long user = 0, kernel = 0;
  char *after = strrchr(text, ')'); /* the name may hold spaces */
  sscanf(after + 2, "%*c %*d %*d %*d %*d %*d %*u %*u %*u %*u %*u %lu %lu", &user, &kernel);
  return (double)(user + kernel) / (double)sysconf(_SC_CLK_TCK);
}

long rss_kb(int pid) {
  if (pid == 0) return 0;
  char path[64], line[256];
  long kb = 0;
  snprintf(path, sizeof path, "/proc/%d/status", pid);
  FILE *file = fopen(path, "r");
  if (file == NULL) die("process %d has ended", pid);
  while (fgets(line, sizeof line, file))
    if (sscanf(line, "VmRSS: %ld", &kb) == 1) break;
  fclose(file);
  return kb;
}

double own_cpu(void) {
  struct rusage used;
  getrusage(RUSAGE_SELF, &used);
  return (double)(used.ru_utime.tv_sec + used.ru_stime.tv_sec) +
         (double)(used.ru_utime.tv_usec + used.ru_stime.tv_usec) / 1e6;
}

void die(const char *format, ...) {
  va_list arguments;
  va_start(arguments, format);
  fputs("load: ", stderr);
  vfprintf(stderr, format, arguments);
  fputc('\n', stderr);
  va_end(arguments);
  exit(1);
}
