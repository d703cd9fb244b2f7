/* Who connects: from a file with one "token room [path]" per line, or nobody in particular, in rooms r0, r1, ... */
#include "load.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static const char **names;
static uint32_t *table, width; /* of room numbers + 1, by the hash of the name */

static uint32_t room_number(const char *name) {
  uint32_t hash = 2166136261u;
  for (const char *at = name; *at; at++) hash = (hash ^ (unsigned char)*at) * 16777619u;
  for (uint32_t at = hash & (width - 1);; at = (at + 1) & (width - 1)) {
    if (table[at] == 0) {
      names[set.rooms] = name;
      table[at] = ++set.rooms;
    }
    if (strcmp(names[table[at] - 1], name) == 0) return table[at] - 1;
  }
}

static const char *word(char **line) {
  char *found = strsep(line, " \n");
  return found && *found ? found : NULL;
}

static void read_file(void) {
  FILE *file = fopen(set.people, "r");
  if (file == NULL) die("%s cannot be read", set.people);
  uint32_t i = 0;
  char *line = NULL;
  size_t room = 0;
  for (; i < set.clients && getline(&line, &room, file) > 0; i++) {
    char *rest = line;
    conns[i].token = word(&rest);
    conns[i].room_id = word(&rest);
    conns[i].path = word(&rest);
    if (conns[i].room_id == NULL) die("%s: line %u has no room", set.people, i + 1);
    conns[i].room = room_number(conns[i].room_id);
    line = NULL; /* the words live on */
    room = 0;
  }
  fclose(file);
  if (i < set.clients) die("%s has %u people only", set.people, i);
}

void read_people(void) {
  uint32_t rooms = set.rooms ? set.rooms : 1;
  for (width = 4; width < set.clients * 2; width *= 2) continue;
  table = calloc(width, sizeof *table);
  names = calloc(set.clients + 1, sizeof *names);
  set.rooms = 0;
  if (set.people) {
    read_file();
    return;
  }
  for (uint32_t i = 0; i < set.clients; i++) {
    char name[16];
    snprintf(name, sizeof name, "r%u", i % rooms);
    conns[i].room_id = strdup(name);
    conns[i].room = room_number(conns[i].room_id);
  }
}
