/* Flags in, one mode run, JSON out. See load.h. */
#include "load.h"

#include <getopt.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <unistd.h>

struct settings set = {
    .mode = "chat", .host = "127.0.0.1", .clients = 1, .rooms = 1, .senders = 1, .window = 1, .size = 100,
    .opening = 64, .seconds = 2, .warm = 0.5, .patience = 8,
};

static const struct option OPTIONS[] = {
    {"mode", required_argument, NULL, 'm'},    {"host", required_argument, NULL, 'h'},
    {"port", required_argument, NULL, 'p'},    {"pid", required_argument, NULL, 'P'},
    {"people", required_argument, NULL, 'f'},  {"clients", required_argument, NULL, 'c'},
    {"rooms", required_argument, NULL, 'r'},   {"senders", required_argument, NULL, 's'},
    {"window", required_argument, NULL, 'w'},  {"size", required_argument, NULL, 'z'},
    {"rate", required_argument, NULL, 'R'},    {"seconds", required_argument, NULL, 't'},
    {"warm", required_argument, NULL, 'W'},    {"opening", required_argument, NULL, 'o'},
    {"word", required_argument, NULL, 'd'},    {"words", required_argument, NULL, 'n'},
    {"ids", required_argument, NULL, 'u'},     {"patience", required_argument, NULL, 'a'},
    {"i-own-this-host", no_argument, NULL, 'i'}, {NULL, 0, NULL, 0},
};

static uint32_t number(const char *text, long low, long high) {
  char *end;
  long found = strtol(text, &end, 10);
  if (*end || found < low || found > high) die("%s is not a number from %ld to %ld", text, low, high);
  return (uint32_t)found;
}

static void read_options(int count, char **words) {
  for (int option; (option = getopt_long(count, words, "", OPTIONS, NULL)) != -1;) {
    switch (option) {
      case 'm': set.mode = optarg; break;
      case 'h': set.host = optarg; break;
      case 'p': set.port = (int)number(optarg, 1, 65535); break;
      case 'P': set.pid = (int)number(optarg, 0, 1 << 30); break;
      case 'f': set.people = optarg; break;
      case 'c': set.clients = number(optarg, 1, 1000000); break;
      case 'r': set.rooms = number(optarg, 1, 1000000); break;
      case 's': set.senders = number(optarg, 0, 1000000); break;
      case 'w': set.window = number(optarg, 1, 2048); break;
      case 'z': set.size = number(optarg, 15, 60000); break;
      case 'o': set.opening = number(optarg, 1, 100000); break;
      case 'd': set.word = optarg; break;
      case 'n': set.words = number(optarg, 1, 1000000); break;
      case 'u': set.ids = number(optarg, 0, 1); break;
      case 'R': set.rate = atof(optarg); break;
      case 't': set.seconds = atof(optarg); break;
      case 'W': set.warm = atof(optarg); break;
      case 'a': set.patience = atof(optarg); break;
      case 'i': set.own_host = true; break;
      default: exit(2);
    }
  }
  if (set.senders > set.clients) set.senders = set.clients;
}

int main(int count, char **words) {
  struct rlimit files;
  prctl(PR_SET_PDEATHSIG, SIGKILL);
  read_options(count, words);
  if (set.port == 0) die("--port is needed");
  if (strncmp(set.host, "127.", 4) && !set.own_host) die("%s is not loopback: --i-own-this-host says that you may", set.host);
  getrlimit(RLIMIT_NOFILE, &files);
  files.rlim_cur = files.rlim_max;
  setrlimit(RLIMIT_NOFILE, &files);
  if (set.clients + 16 > files.rlim_cur) die("not run: %u connections need more open files than %lu", set.clients, files.rlim_cur);
  alarm((unsigned)(set.seconds + set.warm + set.patience) + 240);
  make_conns(set.clients);
  read_people();
  if (strcmp(set.mode, "chat") == 0) run_chat();
  else if (strcmp(set.mode, "idle") == 0) run_idle();
  else if (strcmp(set.mode, "handshakes") == 0) run_handshakes();
  else if (strcmp(set.mode, "http") == 0) run_http();
  else die("there is no mode %s", set.mode);
  return 0;
}
