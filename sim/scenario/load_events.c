/* "events": what happens to hosts. */
#include "scenario/load.h"
#include "scenario/words.h"

#define MOST_EVENTS 1000

static const char *const change_words[] = {"crash", "reboot", NULL};
static const WorldHostChange changes[] = {WORLD_CRASH, WORLD_REBOOT};

static void load_event(Loader *l, const JsonAt *at) {
  static const char *const keys[] = {"at", "host", "do", NULL};
  ScenarioEvent event = {0};
  JsonAt member;
  unsigned word;
  if (!load_object(l, at, keys))
    return;
  if (load_required(l, at, "at", "a time such as \"150ms\"", &member))
    load_time(l, &member, "s", 0, SIM_H(24 * 365), NULL, &event.at);
  if (load_required(l, at, "host", "the name of a host", &member))
    load_host(l, &member, &event.host);
  if (load_required(l, at, "do", "one of the words crash, reboot", &member) &&
      load_word(l, &member, change_words, &word))
    event.change = changes[word];
  g_array_append_val(l->scenario->events, event);
}

void load_events(Loader *l, const JsonAt *root) {
  JsonAt events;
  if (!load_member(l, root, "events", &events) || !load_list(l, &events, MOST_EVENTS))
    return;
  LOAD_EACH(l, &events, event)
  load_event(l, &event);
}
